import type { RunEvent } from '../../domain/events.js';
import type { Failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import type { Request } from '../../domain/request.js';
import type { CallerContext } from '../caller.js';
import { EventStream } from '../event-stream.js';
import type { RouteContext } from '../route.js';
import { runRequest } from '../runs.js';
import { answerHeaders, chunkDocument, contentOf, type Head, lastChunk, usageChunk } from './documents.js';
import { errorBody, sendOpenaiError } from './error.js';

/**
 * Until there is text the answer has no status yet, so that a failure is one by its status and not in the middle of a stream. A client must
 * not take that for a dead connection: after this long, ms, the stream begins whatever comes.
 */
const STATUS_WITHIN_MS = 15_000;

/** A streamed completion that was asked for. */
export interface ChatToStream {
  request: Request;
  context: CallerContext;
  /** What the client calls its model. */
  model: string;
  /** Whether it asks for the usage at the end. */
  wantsUsage: boolean;
}

/** Runs a request and sends its text as it comes, in OpenAI's chunks. */
export async function streamChat(routed: RouteContext, chat: ChatToStream): Promise<void> {
  const sending = new Sending(routed, chat);
  const run = await runRequest(routed.service, chat.request, {
    gone: routed.gone,
    planned: ({ id, nowMs }) => sending.begin({ id, created: Math.floor(nowMs / 1000), model: chat.model }),
    onEvent: (event) => sending.event(event),
  }).finally(() => sending.stopWaiting());
  if (!run.ok) return sending.fail(run.error, false);
  return run.value.failure === null ? sending.finish(run.value) : sending.fail(run.value.failure, true);
}

class Sending {
  readonly #routed: RouteContext;
  readonly #chat: ChatToStream;
  readonly #events: EventStream;
  #head: Head = { id: '', created: 0, model: '' };
  #late: NodeJS.Timeout | undefined;
  #hasText = false;

  constructor(routed: RouteContext, chat: ChatToStream) {
    this.#routed = routed;
    this.#chat = chat;
    this.#events = new EventStream(routed.response);
  }

  begin(head: Head): void {
    this.#head = head;
    this.#late = setTimeout(() => void this.#open(), STATUS_WITHIN_MS);
  }

  stopWaiting(): void {
    clearTimeout(this.#late);
  }

  event(event: RunEvent): void | Promise<void> {
    if (!this.#chat.request.stream) return;
    if (event.type === 'output.delta' && event.text !== '') return this.#text(event.text);
    // What the client has cannot be taken back: the answer begins again below it, as on a terminal.
    if (event.type === 'output.restart' && this.#hasText) return this.#text('\n\n');
  }

  async finish(invocation: Invocation): Promise<void> {
    const { context, wantsUsage } = this.#chat;
    const { redactor } = this.#routed.service.active().host;
    const answered = { invocation, context, redactor };
    if (!this.#hasText) await this.#text(contentOf(invocation));
    await this.#send(lastChunk(this.#head, answered));
    if (wantsUsage) await this.#send(usageChunk(this.#head, answered));
    await this.#events.send(null, '[DONE]');
    this.#events.end();
  }

  /** Before any text an answer with a status; after it an event, which clients raise as well. */
  async fail(failed: Failure, hasRun: boolean): Promise<void> {
    const { response, service } = this.#routed;
    const { redactor } = service.active().host;
    if (!this.#events.isOpen)
      return sendOpenaiError(response, failed, { redactor, hasRun, headers: this.#headers() });
    await this.#send(errorBody(failed, null, redactor));
    this.#events.end();
  }

  async #open(): Promise<void> {
    if (this.#events.isOpen) return;
    this.stopWaiting();
    this.#events.open(this.#headers());
    await this.#send(this.#chunk({ role: 'assistant', content: '' }));
  }

  async #text(content: string): Promise<void> {
    if (!this.#events.isOpen) await this.#open();
    this.#hasText = true;
    await this.#send(this.#chunk({ content }));
  }

  #chunk(delta: { role?: 'assistant'; content?: string }): object {
    const chunk = chunkDocument(this.#head, delta);
    return this.#chat.wantsUsage ? { ...chunk, usage: null } : chunk;
  }

  #send(document: object): void | Promise<void> {
    return this.#events.send(null, JSON.stringify(document));
  }

  #headers() {
    return answerHeaders(this.#head.id, this.#chat.context);
  }
}
