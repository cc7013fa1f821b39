import { ulid } from 'ulid';

/** A new invocation id: 26 characters that sort by time. */
export function newId(nowMs: number, random: () => number): string {
  return ulid(nowMs, random);
}
