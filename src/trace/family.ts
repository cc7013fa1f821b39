import { DAY_MS } from '../domain/calendar.js';
import { timeOfId } from '../domain/id.js';
import type { TraceDocument } from './document.js';
import { dayOf, type FoundTraces, type TraceStore } from './store.js';

/** An invocation and its nested calls, oldest first. */
export interface TreeNode {
  trace: TraceDocument;
  children: TreeNode[];
  /** Total of this one and all below it. */
  total: Total;
}

/** The total of several invocations. */
export interface Total {
  invocations: number;
  succeeded: number;
  /** The known part, in USD; `null` when nothing is known. */
  usd: number | null;
  /** Whether all costs are known. */
  isComplete: boolean;
  /** The reported part; `null` when nothing was reported. */
  tokens: number | null;
}

/** Invocations that belong together, as trees. */
export interface Family {
  roots: TreeNode[];
  total: Total;
  /** Files that are no traces. */
  damaged: string[];
}

/**
 * All invocations related to one: nested calls, and those with the same trace id or session. Searches
 * the days around those on which it finds one.
 */
export async function familyOf(store: TraceStore, trace: TraceDocument): Promise<Family> {
  const belongs = (one: TraceDocument): boolean =>
    one.root_id === trace.root_id ||
    one.trace_id === trace.trace_id ||
    (trace.session !== null && one.session === trace.session);
  let span = around([trace]);
  for (;;) {
    const { first, last } = span;
    const found = await store.onDays((day) => day >= first && day <= last, belongs);
    span = around([trace, ...found.traces]);
    if (span.first >= first && span.last <= last) return treesOf(found.traces, found.damaged);
  }
}

/** The runs that the tool of one has started, newest first. */
export function nestedIn(store: TraceStore, trace: TraceDocument): Promise<FoundTraces> {
  const { id, latency_ms } = trace;
  const startMs = startOf(trace);
  // A run that has no end may have been killed: no run has gone on for longer.
  const toMs = Math.min(startMs + (latency_ms ?? DAY_MS) + CLOCK_MS, LAST_MS);
  const time = { fromMs: startMs - CLOCK_MS, toMs };
  return store.within(time, (one) => one.parent_id === id);
}

/** Ms since the epoch; by the id where a pattern of `privacy.redact` has masked the time. */
function startOf({ id, started_at }: TraceDocument): number {
  const startMs = Date.parse(started_at);
  return Number.isNaN(startMs) ? timeOfId(id) : startMs;
}

/** By so much two readings of the clock may differ, ms. */
const CLOCK_MS = 1000;

/** The last time that a `Date` holds, ms since the epoch. */
const LAST_MS = 8.64e15;

/** From the day before the first to the day after the last. */
function around(traces: readonly TraceDocument[]): { first: string; last: string } {
  const times = traces.map(startOf);
  return { first: dayOf(Math.min(...times) - DAY_MS), last: dayOf(Math.max(...times) + DAY_MS) };
}

function treesOf(traces: readonly TraceDocument[], damaged: string[]): Family {
  const oldestFirst = [...traces].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = new Set(oldestFirst.map(({ id }) => id));
  const nodeOf = (trace: TraceDocument): TreeNode => {
    const children = oldestFirst.filter(({ parent_id }) => parent_id === trace.id).map(nodeOf);
    return { trace, children, total: sum([ownTotal(trace), ...children.map(({ total }) => total)]) };
  };
  const roots = oldestFirst.filter(({ parent_id }) => parent_id === null || !ids.has(parent_id)).map(nodeOf);
  return { roots, total: sum(roots.map(({ total }) => total)), damaged };
}

/** The total of one invocation, without nested calls. */
export function ownTotal({ status, usage, attempts, race }: TraceDocument): Total {
  // What the candidates of a race have used is theirs.
  const costs = attempts.map(costOf);
  return {
    invocations: 1,
    succeeded: status === 'succeeded' ? 1 : 0,
    usd: costs.reduce((all, { usd }) => addKnown(all, usd), attempts.length === 0 ? 0 : null),
    isComplete: status !== 'interrupted' && costs.every(({ isComplete }) => isComplete),
    tokens: race === undefined ? (usage?.total_tokens ?? null) : null,
  };
}

/** The charge of one attempt. Subscriptions are not billed per token, so an unknown price does not matter there. */
export function costOf({
  cost,
}: Pick<TraceDocument['attempts'][number], 'cost'>): Pick<Total, 'usd' | 'isComplete'> {
  if (cost === null || cost.usd === null) return { usd: null, isComplete: false };
  return { usd: cost.usd, isComplete: cost.basis !== 'unknown' || cost.billing !== 'api' };
}

function sum(totals: readonly Total[]): Total {
  return totals.reduce(
    (a, b) => ({
      invocations: a.invocations + b.invocations,
      succeeded: a.succeeded + b.succeeded,
      usd: addKnown(a.usd, b.usd),
      isComplete: a.isComplete && b.isComplete,
      tokens: addKnown(a.tokens, b.tokens),
    }),
    { invocations: 0, succeeded: 0, usd: null, isComplete: true, tokens: null },
  );
}

/** Rounds sums in USD back to micro-USD, which are exact in a double. */
function addKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.round((a + b) * 1_000_000) / 1_000_000;
}
