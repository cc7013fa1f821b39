import type { Outcome } from '../../domain/attempt.js';
import type { AdapterContext, AdapterEvent } from '../adapter.js';
import { callProvider, type HttpCall, type HttpEnd } from './client.js';
import { parseJson } from './json.js';
import { header, limitMentions } from './limits.js';
import { type FinishedCall, outcomeOf } from './outcome.js';
import { errorInBody } from './provider-error.js';
import { proxyFor } from './proxy.js';
import type { PreparedRequest } from './request.js';
import { createSseReader, type SseReader } from './sse.js';
import type { AnswerReader, Piece, Wire } from './wire.js';

/** How much of a refusal is read, bytes: its words stand at the start. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Sends one request and reads its answer; yields the text as it comes. */
export async function* attemptCall(
  { wire, request }: { wire: Wire; request: PreparedRequest },
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const reading = new Reading(wire.reader(request.task), {
    maxBytes: request.task.tool.maxOutputBytes,
    monotonicMs: context.monotonicMs,
  });
  const call = callProvider(callOf(request, context, () => reading.isComplete()));
  let end: HttpEnd = { ended: 'complete' };
  try {
    for (let step = await call.next(); ; step = await call.next()) {
      if (step.done === true) {
        end = step.value;
        break;
      }
      if (step.value.type === 'response') await reading.open(step.value);
      else for (const text of reading.push(step.value.bytes)) yield { type: 'delta', text };
      if (reading.isDone()) break;
    }
  } finally {
    await call.return({ ended: 'complete' });
  }
  if (end.ended === 'complete') for (const text of reading.finish()) yield { type: 'delta', text };
  return concluded({ ...reading.result(), task: request.task, end }, context);
}

function callOf(request: PreparedRequest, context: AdapterContext, isComplete: () => boolean): HttpCall {
  const { task, url, headers, body } = request;
  return {
    url,
    headers,
    body: JSON.stringify(body),
    proxy: proxyFor(url, context.env),
    connectTimeoutMs: task.tool.connectTimeoutMs,
    idleTimeoutMs: task.idleTimeoutMs,
    timeoutMs: task.timeoutMs,
    signal: AbortSignal.any([context.deadline.signal, context.urgent]),
    isComplete,
  };
}

/** What can read times is loaded only where a provider tells one. */
async function concluded(call: FinishedCall, context: AdapterContext): Promise<Outcome> {
  const outcome = outcomeOf(call);
  if (outcome.failure === null) return outcome;
  if (call.end.ended === 'cancelled')
    return { ...outcome, failure: context.deadline.failure ?? outcome.failure };
  const mentions = limitMentions(
    call.response?.headers ?? {},
    (call.refusal ?? call.answer.error)?.message ?? '',
  );
  const isLimit = ['rate_limit', 'quota', 'overloaded', 'provider_error'].includes(outcome.failure.type);
  if (mentions.length === 0 || !isLimit) return outcome;
  const { limitEnd } = await import('../../domain/limit-time.js');
  const limit = limitEnd(mentions, { nowMs: context.now(), zone: 'utc' });
  return { ...outcome, failure: { ...outcome.failure, ...limit } };
}

/** Reads what comes back: a stream of events, an answer as a whole, or the words of a refusal. */
class Reading {
  private response: FinishedCall['response'] = null;
  private sse: SseReader | null = null;
  private readonly texts: string[] = [];
  private textBytes = 0;
  private readonly body: Uint8Array[] = [];
  private bodyBytes = 0;
  private firstOutputMs: number | null = null;
  private malformed: FinishedCall['malformed'] = null;
  private sawLastEvent = false;
  private readonly startMs: number;

  constructor(
    private readonly reader: AnswerReader,
    private readonly limits: { maxBytes: number; monotonicMs: () => number },
  ) {
    this.startMs = limits.monotonicMs();
  }

  /** Takes the status and the headers. */
  async open(response: NonNullable<FinishedCall['response']>): Promise<void> {
    this.response = response;
    const type = header(response.headers, 'content-type') ?? '';
    if (!this.isRefusal() && /^text\/event-stream\b/i.test(type)) this.sse = await createSseReader();
  }

  /** Takes a chunk of the body; returns the texts that it shows. */
  push(bytes: Uint8Array): string[] {
    if (this.sse !== null) {
      const events = this.sse.push(bytes);
      if (events === null)
        this.malformed = { message: 'sent a single event of more than 16 MiB', hint: null };
      return this.events(events ?? []);
    }
    const cap = this.isRefusal() ? MAX_REFUSAL_BYTES : this.limits.maxBytes;
    this.bodyBytes += bytes.byteLength;
    if (this.bodyBytes <= cap) this.body.push(bytes);
    else if (!this.isRefusal()) this.malformed = this.tooMuch();
    return [];
  }

  /** Whether nothing that may follow matters. */
  isDone(): boolean {
    return (
      this.malformed !== null || this.isComplete() || (this.isRefusal() && this.bodyBytes > MAX_REFUSAL_BYTES)
    );
  }

  /** Whether the answer came to its proper end. */
  isComplete(): boolean {
    return this.malformed === null && (this.sawLastEvent || this.reader.isOver());
  }

  /** Everything has come; returns the texts that the rest shows. */
  finish(): string[] {
    if (this.sse !== null) return this.isDone() ? [] : this.events(this.sse.end());
    if (this.isRefusal() || this.malformed !== null || this.response === null) return [];
    const text = this.bodyText();
    const body = parseJson(text);
    if (typeof body === 'object' && body !== null) return this.show(this.reader.whole(body));
    const what = text.trim() === '' ? 'an empty answer' : /^\s*</.test(text) ? 'a web page' : 'no JSON';
    this.malformed = {
      message: `gave ${what} where an answer was due`,
      hint: 'check `base_url` of the tool',
    };
    return [];
  }

  result(): Omit<FinishedCall, 'task' | 'end'> {
    return {
      response: this.response,
      refusal: this.isRefusal() ? errorInBody(this.bodyText()) : null,
      answer: this.reader.answer(),
      text: this.texts.join(''),
      malformed: this.malformed,
      firstOutputMs: this.firstOutputMs,
    };
  }

  private events(events: readonly string[]): string[] {
    return events.flatMap((data) => {
      if (this.isDone()) return [];
      if (data.trim() === '[DONE]') this.sawLastEvent = true;
      if (this.sawLastEvent) return [];
      const value = parseJson(data);
      if (typeof value === 'object' && value !== null) return this.show(this.reader.event(value));
      this.malformed = { message: 'sent an event that is not JSON', hint: null };
      return [];
    });
  }

  private show(pieces: readonly Piece[]): string[] {
    if (pieces.length > 0) this.firstOutputMs ??= this.limits.monotonicMs() - this.startMs;
    return pieces.flatMap((piece) => {
      if (piece.type === 'thinking' || this.malformed !== null) return [];
      this.textBytes += Buffer.byteLength(piece.text);
      if (this.textBytes > this.limits.maxBytes) {
        this.malformed = this.tooMuch();
        return [];
      }
      this.texts.push(piece.text);
      return [piece.text];
    });
  }

  private tooMuch(): FinishedCall['malformed'] {
    const message = `wrote more than an answer may have (${this.limits.maxBytes} bytes)`;
    return { message, hint: 'raise `max_output` of the tool' };
  }

  private isRefusal(): boolean {
    const status = this.response?.status ?? 200;
    return status < 200 || status > 299;
  }

  private bodyText(): string {
    return new TextDecoder().decode(Buffer.concat(this.body));
  }
}
