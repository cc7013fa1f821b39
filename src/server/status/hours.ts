import { setImmediate as turn } from 'node:timers/promises';
import { ok, type Result } from '../../domain/result.js';
import type { LedgerReader, LedgerTrouble, Timeline, TimelineSpan } from '../../ledger/ledger.js';

/** Every step of a timeline is a part of one hour. */
const HOUR_MS = 60 * 60_000;
/** How long an hour that is over for an hour is believed, ms: only runs that took longer still change it. */
const BELIEVED_MS = 10 * 60_000;

/** Reads a timeline up to now, and remembers hours that hardly change. */
export type TimelineReader = (
  ledger: LedgerReader,
  span: Omit<TimelineSpan, 'untilMs'> & { nowMs: number },
) => Promise<Result<Timeline, LedgerTrouble>>;

/** A day of a busy server takes half a second to read. Hour by hour, it goes on with its requests in between. */
export function timelineReader(): TimelineReader {
  let known = new Map<string, { steps: Timeline; readMs: number }>();
  return async (ledger, { sinceMs, stepMs, nowMs }) => {
    const used: typeof known = new Map();
    const steps: Timeline[] = [];
    for (let hourMs = sinceMs - (sinceMs % HOUR_MS); hourMs <= nowMs; hourMs += HOUR_MS) {
      const key = `${stepMs} ${hourMs}`;
      const kept = known.get(key);
      const isOld = nowMs - hourMs > 2 * HOUR_MS;
      if (kept !== undefined && isOld && nowMs - kept.readMs < BELIEVED_MS) used.set(key, kept);
      else {
        const read = await ledger.timeline({ sinceMs: hourMs, stepMs, untilMs: hourMs + HOUR_MS });
        if (!read.ok) return read;
        used.set(key, { steps: read.value, readMs: nowMs });
        await turn();
      }
      steps.push(used.get(key)?.steps ?? []);
    }
    // Another range of time has other steps, which stay; what is out of the range goes.
    known = new Map([...[...known].filter(([key]) => !key.startsWith(`${stepMs} `)), ...used]);
    return ok(steps.flat().filter(({ atMs }) => atMs >= sinceMs));
  };
}
