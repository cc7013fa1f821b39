import { failureDocument } from '../../domain/document.js';
import { answerOf, type Failure, failure, isTemporary } from '../../domain/failure.js';
import { isMap } from '../../domain/lookup.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Redactor } from '../../redact/redact.js';

/** The id of a call, which its answer repeats. */
export type CallId = string | number | null;

/** One call that is well formed. */
export interface Call {
  /** `undefined`: a notification, which gets no answer. */
  id: CallId | undefined;
  method: string;
  params: Readonly<Record<string, unknown>>;
}

/** A call that is not: as much of it as an answer needs. */
export interface BadCall {
  /** `undefined`: a notification, which gets no answer either. */
  id: CallId | undefined;
  error: RpcError;
}

/** Why a call failed. `data` is the failure of the documents, with the trace. */
export interface RpcError {
  code: number;
  failure: Failure;
  /** What else `data` holds. */
  more?: Readonly<Record<string, unknown>>;
}

/** Codes of the protocol itself; a run's failures have theirs in the table of failures. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;

/** Reads one call of JSON-RPC 2.0 (https://www.jsonrpc.org/specification). */
export function callOf(value: unknown): Result<Call, BadCall> {
  if (!isMap(value)) return bad(null, 'a request must be an object');
  const { jsonrpc, id, method, params, a2a_context, ...others } = value;
  const answerTo = isId(id) ? id : null;
  if (id !== undefined && !isId(id)) return bad(null, '`id` must be a text, a number or `null`');
  // The parser has rounded it, so that the caller would not know its answer.
  if (isRounded(id)) return bad(null, '`id` has too many digits for a number: send it as a text');
  if (jsonrpc !== '2.0') return bad(answerTo, '`jsonrpc` must be `"2.0"`');
  if (typeof method !== 'string') return bad(answerTo, '`method` must be a text');
  const [other] = Object.keys(others);
  if (other !== undefined) return bad(answerTo, `a request has no \`${other.slice(0, 60)}\``);
  const given = params ?? {};
  if (typeof given !== 'object') return bad(answerTo, '`params` must be an object');
  if (!isMap(given)) {
    const failed = failure('usage', '`params` must be an object: parameters have names here');
    return err({ id: isId(id) ? id : undefined, error: { code: INVALID_PARAMS, failure: failed } });
  }
  const context = a2a_context === undefined ? {} : { a2a_context };
  return ok({ id: isId(id) ? id : undefined, method, params: withoutNulls({ ...context, ...given }) });
}

/** `null` counts as not given: many clients send all of their fields. */
function withoutNulls(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(params).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [
      name,
      name === 'a2a_context' && isMap(value) ? withoutNulls(value) : value,
    ]),
  );
}

function isId(id: unknown): id is CallId {
  return id === null || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
}

function isRounded(id: unknown): boolean {
  return Number.isInteger(id) && !Number.isSafeInteger(id);
}

function bad(id: CallId, message: string): Result<never, BadCall> {
  return err({ id, error: { code: INVALID_REQUEST, failure: failure('usage', message) } });
}

/** The error of a failure, with the code of the table. */
export function errorOf(failed: Failure): RpcError {
  return { code: answerOf(failed).rpc, failure: failed };
}

export function resultDocument(id: CallId, result: unknown) {
  return { jsonrpc: '2.0', id, result };
}

/** The answer to a call that failed, without secrets; what `more` holds has none already. */
export function errorDocument(
  id: CallId,
  { code, failure: failed, more = {} }: RpcError,
  { traceId, redactor }: { traceId: string; redactor: Redactor },
) {
  const { message, data } = redactor.value({ message: failed.message, data: failureDocument(failed) });
  return { jsonrpc: '2.0', id, error: { code, message, data: { ...data, trace_id: traceId, ...more } } };
}

/** The HTTP status of an answer: only a call that the server itself turned away, or that it has no ledger for, has one of its own. */
export function statusOf({ failure: failed, more }: RpcError): number {
  const isOurs = failed.ofLedger || (more === undefined && isTemporary(failed.type));
  return isOurs ? answerOf(failed).http : 200;
}
