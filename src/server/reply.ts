import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerOf, type Failure } from '../domain/failure.js';
import type { Refusal } from './admission.js';
import { isBodyHeld } from './expectation.js';
import { endResponse, PIECE_BYTES, writePieces } from './slow-client.js';

/** Every answer: nothing is kept by proxies, guessed by browsers, or shown inside of other pages. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** Sends a document. */
export function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = JSON.stringify(document);
  send(response, status, text, { 'content-type': 'application/json; charset=utf-8', ...headers });
}

/** Sends a text of any type; a caller that has gone gets nothing. */
export function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders,
): void {
  if (response.destroyed || response.headersSent) return;
  if (headers.connection === 'close') response.shouldKeepAlive = false;
  response.writeHead(status, { ...COMMON_HEADERS, ...headers, 'content-length': Buffer.byteLength(text) });
  if (text.length <= PIECE_BYTES) finish(response, text);
  else void writePieces(response, text).then(() => finish(response, ''));
}

/**
 * Ends an answer. A connection that ends with it while its request is still being sent would be reset, and the answer lost: the rest is
 * read and dropped first.
 */
function finish(response: ServerResponse, rest: string): void {
  const { req: request } = response;
  if (response.shouldKeepAlive || request.complete || isBodyHeld(response)) {
    endResponse(response, rest);
  } else {
    response.write(rest);
    request.resume();
    request.once('end', () => endResponse(response, ''));
  }
}

/** Sends a failure by the table, outside of any protocol. */
export function sendFailure(response: ServerResponse, failed: Failure, status = answerOf(failed).http): void {
  const { type, message, hint } = failed;
  sendJson(response, status, { error: { type, message, hint } }, retryAfter(failed));
}

/** A process that holds the ledger, or a disk that is full, takes a while, ms. */
const LEDGER_COMES_BACK_MS = 5000;

/** When to come back, in whole seconds. */
export function retryAfter({ retryAfterMs: knownMs, resetAt, ofLedger }: Failure): OutgoingHttpHeaders {
  const untilResetMs = resetAt === null ? null : Date.parse(resetAt) - Date.now();
  const retryAfterMs = knownMs ?? untilResetMs ?? (ofLedger ? LEDGER_COMES_BACK_MS : null);
  return retryAfterMs === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
}

/** Turns a request away before it is read. */
export function refuse(response: ServerResponse, { status, message, hint, headers = {} }: Refusal): void {
  sendJson(response, status, { error: { type: 'usage', message, hint } }, headers);
}
