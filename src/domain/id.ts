import { decodeTime, encodeTime, ulid } from 'ulid';

/** The form of an invocation id. */
export const ID_PATTERN = '^[0-9A-HJKMNP-TV-Z]{26}$';

/** A new invocation id: 26 characters that sort by time. */
export function newId(nowMs: number, random: () => number): string {
  return ulid(nowMs, random);
}

/** The prefix of ids of this time: ids of earlier times sort before it. */
export function idTime(ms: number): string {
  return encodeTime(Math.min(Math.max(0, Math.floor(ms)), LAST_MS));
}

/** The time of an id, ms since the epoch; 0 for a text that is none. */
export function timeOfId(id: string): number {
  try {
    return decodeTime(id);
  } catch {
    return 0;
  }
}

/** An id has room for no later time, ms since the epoch. */
const LAST_MS = 2 ** 48 - 1;

/** A new trace id: 32 hex digits, as in `TRACEPARENT`. */
export function newTraceId(random: () => number): string {
  const part = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return part() + part() + part() + part();
}
