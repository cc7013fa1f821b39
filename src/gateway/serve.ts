import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpEnd } from '../adapters/http/call.js';
import { connectionProblem } from '../adapters/http/outcome.js';
import { wireOfApi } from '../adapters/http.js';
import { firstAbort } from '../domain/abort.js';
import { AnswerTap } from './answer-tap.js';
import type { CallBook, OpenCall } from './call-book.js';
import { readCall } from './call-request.js';
import { withReadableEncodings } from './encodings.js';
import { bodyOf, forward, passedOn } from './forward.js';
import { CONNECT_TIMEOUT_MS } from './provider-task.js';
import { errorAnswer, type OwnAnswer } from './refusals.js';
import { requestBody } from './request-body.js';
import { type Opened, openedBy } from './routes.js';
import type { GatewayWorld } from './world.js';

/** One request of the tool, and the answer to it. */
export interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
}

/** The gateway of one attempt, as its requests see it. */
export interface Session {
  world: GatewayWorld;
  book: CallBook;
  /** First segment of every path. */
  token: string;
  /** Aborted when the gateway closes. */
  closing: AbortSignal;
}

/** More than any provider takes. */
const MAX_BODY_BYTES = 128 * 2 ** 20;

/** Answers one request of the tool: sends it on, or refuses it. */
export async function serve(visit: Visit, session: Session): Promise<void> {
  const { request, response } = visit;
  response.on('error', () => undefined);
  const place = placeOf(request, session.token);
  if (place === null)
    return refuse(visit, session, {
      status: 403,
      code: 'wrong_token',
      message: 'this port serves one run of a tool alone',
    });
  const opened = request.headers.upgrade === undefined ? openedBy(session.world.api, place) : null;
  if (opened === null) return refuse(visit, session, notOpen(request, place.path));
  const body = await bodyOf(request, MAX_BODY_BYTES).catch(() => 'gone' as const);
  if (body === 'gone') return;
  if (body === null) return refuse(visit, session, TOO_LARGE);
  const url = targetOf(session.world.baseUrl, place);
  if (opened.kind === 'free') return pass(visit, session, { url, body });
  return call(visit, session, { url, body, opened });
}

/** Where a request goes, behind the token; `null`: it does not carry it. */
function placeOf({ url = '', method = '' }: IncomingMessage, token: string) {
  const [, given = '', path = '', query = ''] = /^\/([^/?]*)([^?]*)(.*)$/s.exec(url) ?? [];
  const [is, must] = [Buffer.from(given), Buffer.from(token)];
  if (is.length !== must.length || !timingSafeEqual(is, must)) return null;
  return { method, path, query };
}

const TOO_LARGE = {
  status: 413,
  code: 'request_too_large',
  message: 'the body of this request has more than 128 MiB',
};

function notOpen({ method, headers: { upgrade } }: IncomingMessage, path: string) {
  const what =
    upgrade === undefined ? `\`${method} ${path}\`` : `a connection of another protocol (\`${upgrade}\`)`;
  const message = `${what} is not open: calls, the counting of tokens and the list of models alone pass through the gateway`;
  // Clients that ask for a WebSocket use plain HTTP after a refusal.
  return { status: 404, code: 'not_open', message };
}

/** The base URL and the path behind the gateway's; the query of both. */
function targetOf(baseUrl: URL, { path, query }: { path: string; query: string }): URL {
  const url = new URL(baseUrl);
  url.pathname = `${baseUrl.pathname.replace(/\/+$/, '')}${path}`;
  url.search = [baseUrl.search.slice(1), query.slice(1)].filter((part) => part !== '').join('&');
  return url;
}

interface Sent {
  url: URL;
  body: Buffer;
}

/** Sends on what costs nothing. */
async function pass(visit: Visit, session: Session, sent: Sent): Promise<void> {
  const gone = goneSignal(visit, session);
  try {
    const answer = await forward(forwarded(visit, session, { ...sent, signal: gone.signal }));
    if (isRedirect(answer)) return refuseRedirect(visit, session, answer);
    begin(visit, answer);
    await pump(answer, visit.response, () => undefined);
    visit.response.end();
  } catch (error) {
    fail(visit, session, error);
  } finally {
    gone.release();
  }
}

/** Sends on a call, reads it, and settles what it cost. */
async function call(visit: Visit, session: Session, sent: Sent & { opened: Opened }): Promise<void> {
  const { world, book } = session;
  const { opened, body } = sent;
  const encoding = visit.request.headers['content-encoding'];
  const plain = await requestBody(body, encoding);
  const model = opened.kind === 'call' ? opened.model : null;
  const asked = plain === null ? null : readCall(world.api, { body: plain, model });
  const admitted = await book.open(asked, {
    bytes: body.byteLength,
    encoding: plain === null ? encoding : undefined,
  });
  if ('refused' in admitted) {
    const { refused, status } = admitted;
    return refuse(visit, session, { status, code: refused.type, message: refused.message });
  }
  const tap = new AnswerTap(wireOfApi(world.api), admitted.task, world.monotonicMs);
  const settling = new Settling(book, admitted, tap);
  const gone = goneSignal(visit, session);
  try {
    await relay(visit, session, { ...sent, signal: gone.signal, tap, settling });
  } catch (error) {
    const end: HttpEnd = gone.signal.aborted ? { ended: 'cancelled' } : broken(error);
    await settling.settle(end);
    fail(visit, session, error);
  } finally {
    gone.release();
  }
}

/** Passes the answer on while it comes. A complete one is settled before its last bytes, since the tool's next call may follow at once. */
async function relay(
  visit: Visit,
  session: Session,
  call: Sent & { signal: AbortSignal; tap: AnswerTap; settling: Settling },
): Promise<void> {
  const { tap, settling } = call;
  const answer = await forward(forwarded(visit, session, call));
  await tap.open({ status: answer.statusCode ?? 0, headers: answer.headers });
  if (isRedirect(answer)) {
    await settling.settle({ ended: 'complete' });
    return refuseRedirect(visit, session, answer);
  }
  begin(visit, answer);
  await pump(answer, visit.response, async (bytes) => {
    if (settling.hasBegun) return;
    await tap.push(bytes);
    if (tap.isComplete()) await settling.settle({ ended: 'complete' });
  });
  await settling.settle({ ended: 'complete' });
  visit.response.end();
}

/** Settles a call once. */
class Settling {
  readonly #book: CallBook;
  readonly #call: OpenCall;
  readonly #tap: AnswerTap;
  #settled: Promise<void> | null = null;

  constructor(book: CallBook, call: OpenCall, tap: AnswerTap) {
    this.#book = book;
    this.#call = call;
    this.#tap = tap;
  }

  get hasBegun(): boolean {
    return this.#settled !== null;
  }

  settle(end: HttpEnd): Promise<void> {
    this.#settled ??= this.#close(end);
    return this.#settled;
  }

  async #close(end: HttpEnd): Promise<void> {
    if (end.ended === 'complete') await this.#tap.end();
    else this.#tap.abort();
    await this.#book.close(this.#call, this.#tap, end);
  }
}

function isRedirect({ statusCode = 0, headers: { location } }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && location !== undefined;
}

/** Keeps its status, but not its place: a client would follow it past the gateway, with its key. */
function refuseRedirect(visit: Visit, session: Session, answer: IncomingMessage): void {
  const { statusCode: status = 502, headers } = answer;
  answer.destroy();
  const message = `the provider answered ${status} and sends requests on to another place: set \`gateway.base_url\` of the tool to \`${headers.location}\` if that is right`;
  refuse(visit, session, { status, code: 'redirected', message });
}

function forwarded({ request }: Visit, { world }: Session, sent: Sent & { signal: AbortSignal }) {
  const { method = 'GET' } = request;
  const rawHeaders = withReadableEncodings(request.rawHeaders);
  const { url, body, signal } = sent;
  return { method, rawHeaders, url, body, signal, env: world.env, connectTimeoutMs: CONNECT_TIMEOUT_MS };
}

/** Aborted when the tool goes away before its answer is complete, or the gateway closes. */
function goneSignal({ response }: Visit, { closing }: Session) {
  const own = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) own.abort();
  });
  return firstAbort([own.signal, closing]);
}

function begin({ response }: Visit, answer: IncomingMessage): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders, []));
  // With the first bytes in one packet, where they came together.
  setImmediate(() => {
    if (!response.destroyed) response.flushHeaders();
  });
}

/** Passes bytes on as they come; a slow reader makes the provider wait. Rejects when either side breaks off. */
async function pump(
  from: IncomingMessage,
  to: ServerResponse,
  look: (bytes: Uint8Array) => Promise<void> | void,
): Promise<void> {
  for await (const bytes of from) {
    await look(bytes as Uint8Array);
    if (to.destroyed) throw new Error('the tool has gone');
    if (!to.write(bytes)) await drained(to);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function broken(error: unknown): HttpEnd {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return { ended: 'broken', code: String(code ?? 'unknown'), message: String(message ?? error) };
}

/** Before the answer has begun an error says what happened; after that the connection breaks off, as that to the provider did. */
function fail(visit: Visit, session: Session, error: unknown): void {
  const { response } = visit;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { code = '', message = '' } = broken(error) as Extract<HttpEnd, { ended: 'broken' }>;
  const said = `\`${session.world.baseUrl.host}\` cannot be reached: ${connectionProblem(code, message)}`;
  const answer = errorAnswer(session.world.api, { status: 502, code: 'connection', message: said });
  // Unlike a refusal it may be tried again.
  const { 'x-should-retry': _, ...headers } = answer.headers;
  send(visit, { ...answer, headers });
}

function refuse(
  visit: Visit,
  { world }: Session,
  said: { status: number; code: string; message: string },
): void {
  // The rest of a body is not needed, and its sender may wait until it is read.
  visit.request.resume();
  send(visit, errorAnswer(world.api, said));
}

function send({ response }: Visit, { status, headers, body }: OwnAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}
