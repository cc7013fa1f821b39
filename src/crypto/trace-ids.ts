import { sha256 } from './crypto.js';

/** A trace id as W3C Trace Context has it: itself when it is 32 hex digits, else a hash of it. */
export function w3cTraceId(traceId: string): string {
  const isOwn = /^[0-9a-f]{32}$/i.test(traceId) && !/^0+$/.test(traceId);
  return isOwn ? traceId.toLowerCase() : sha256(traceId).slice(0, 32);
}

/** The id of a span, 16 hex digits: the same for the same names, such as an invocation and the number of its attempt. */
export function spanIdOf(...names: readonly (string | number)[]): string {
  return sha256(names.join('/')).slice(0, 16);
}

/** The W3C `TRACEPARENT` of what an attempt starts, or the command that verifies a change. */
export function traceparent(
  { id, traceId }: { id: string; traceId: string },
  { attempt, isSampled }: { attempt: number | 'verify'; isSampled: boolean },
): string {
  return `00-${w3cTraceId(traceId)}-${spanIdOf(id, attempt)}-${isSampled ? '01' : '00'}`;
}
