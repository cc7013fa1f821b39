import type { ToolConfig } from '../config/types.js';
import { formatUntil } from '../domain/duration.js';
import type { Refusal } from './governance.js';

/** The concurrency and rate limits of a tool. */
export interface SlotRules {
  tool: string;
  /** Runs at once; `null`: any number. */
  concurrency: number | null;
  windows: readonly StartWindow[];
  /** Longest queue. */
  queue: number;
  /** The config line of the first of them. */
  at: string | null;
}

/** A limit of starts in any interval of this length. */
export interface StartWindow {
  name: 'minute' | 'hour';
  ms: number;
  most: number;
  /** Its config line. */
  at: string | null;
}

/** The use of a tool in all processes, as seen by a run that requests a slot. */
export interface SlotState {
  /** Runs with a slot. */
  running: number;
  /** Recent starts, oldest first, ms since the epoch; as many as the widest window counts. */
  starts: readonly number[];
  /** Queued runs ahead of this one. */
  ahead: number;
  /** All other queued runs. */
  waiting: number;
  /** This run is queued already. */
  isQueued: boolean;
  /** An outer run has a slot of the same tool, which its nested runs share. */
  isShared: boolean;
}

/** Whether a run gets a slot now, waits for one, or is refused. */
export type SlotVerdict =
  | { is: 'admitted' }
  | {
      is: 'waiting';
      ahead: number;
      /** Earliest start, ms since the epoch; `null`: when another run ends. */
      opensAtMs: number | null;
    }
  | {
      is: 'refused';
      refusal: Refusal;
      /** When a retry makes sense, ms since the epoch; `null`: unknown. */
      opensAtMs: number | null;
    };

/** The limits of a tool; `null`: none. */
export function slotRulesOf({ name, concurrency, rateLimit }: ToolConfig): SlotRules | null {
  const { perMinute, perHour, queue } = rateLimit;
  const windows: StartWindow[] = [
    ...(perMinute === null ? [] : [{ name: 'minute' as const, ms: 60_000, ...mostOf(perMinute) }]),
    ...(perHour === null ? [] : [{ name: 'hour' as const, ms: 3_600_000, ...mostOf(perHour) }]),
  ];
  if (concurrency === null && windows.length === 0) return null;
  const at = concurrency?.at ?? windows[0]?.at ?? null;
  return { tool: name, concurrency: concurrency?.value ?? null, windows, queue, at };
}

function mostOf({ value, at }: { value: number; at: string | null }): { most: number; at: string | null } {
  return { most: value, at };
}

/** The number of recent starts that these rules need. */
export function startsNeeded({ windows }: SlotRules): number {
  return Math.max(0, ...windows.map(({ most }) => most));
}

/**
 * First come, first served: a run gets a slot when no run is ahead of it, a slot is free and every window has room. Refuses a wait
 * that is known to exceed `mostWaitMs`, and any wait when the queue is full.
 */
export function decideSlot(
  rules: SlotRules,
  state: SlotState,
  { nowMs, mostWaitMs }: { nowMs: number; mostWaitMs: number },
): SlotVerdict {
  const opens = opening(rules, state, nowMs);
  if (opens.atMs - nowMs > mostWaitMs) return windowFull(rules, opens, nowMs);
  const isTaken = !state.isShared && rules.concurrency !== null && state.running >= rules.concurrency;
  if (state.ahead === 0 && !isTaken && opens.atMs <= nowMs) return { is: 'admitted' };
  if (!state.isQueued && state.waiting >= rules.queue) return queueFull(rules, state);
  return { is: 'waiting', ahead: state.ahead, opensAtMs: opens.atMs <= nowMs ? null : opens.atMs };
}

/** The earliest start of a run by the windows, after all runs ahead of it, and the window that decides. */
function opening(
  { windows }: SlotRules,
  { starts, ahead }: SlotState,
  nowMs: number,
): { atMs: number; window: StartWindow | null } {
  const times = [...starts];
  let last: { atMs: number; window: StartWindow | null } = { atMs: nowMs, window: null };
  for (let before = 0; before <= ahead; before++) {
    for (const window of windows) {
      const leaving = times[times.length - window.most];
      if (leaving !== undefined && leaving + window.ms > last.atMs)
        last = { atMs: leaving + window.ms, window };
    }
    times.push(last.atMs);
  }
  return last;
}

function windowFull(
  { tool }: SlotRules,
  { atMs, window }: { atMs: number; window: StartWindow | null },
  nowMs: number,
): SlotVerdict {
  const often = window === null ? '' : ` may be started ${times(window.most)} in any ${window.name}, and`;
  const detail = `\`${tool}\`${often} may next start at ${formatUntil(atMs, nowMs)}`;
  const key = `requests_per_${window?.name ?? 'minute'}`;
  const at = window?.at ?? null;
  const hint = `raise \`${key}\`${at === null ? '' : ` at ${at}`}`;
  return { is: 'refused', refusal: { detail, hint, at }, opensAtMs: atMs };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function queueFull({ tool, queue, at }: SlotRules, { waiting, running }: SlotState): SlotVerdict {
  const detail = `no slot of \`${tool}\` is free (${running} in use), and ${waiting} wait for one, of at most ${queue}`;
  const hint = 'try again later, or raise `rate_limit.queue` of the tool';
  return { is: 'refused', refusal: { detail, hint, at }, opensAtMs: null };
}
