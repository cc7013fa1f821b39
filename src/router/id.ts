import { ulid } from 'ulid';

/** A new invocation id: 26 characters that sort by time. */
export function newId(nowMs: number, random: () => number): string {
  return ulid(nowMs, random);
}

/** A new trace id: 32 hex digits, so that `TRACEPARENT` carries it as it is. */
export function newTraceId(random: () => number): string {
  return Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
}
