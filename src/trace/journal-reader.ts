import { rm } from 'node:fs/promises';
import { addCosts, BILLINGS, COST_BASES, type Cost, toMicroUsd } from '../domain/cost.js';
import { costDocument, failureDocument, usageDocument } from '../domain/document.js';
import { failure } from '../domain/failure.js';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { addUsage, type NamedUsage, type Usage, usageOfNamed } from '../domain/usage.js';
import { journalOf } from './call-journal.js';
import type { TraceDocument } from './document.js';
import { readTraceText } from './files.js';

type AttemptDocument = TraceDocument['attempts'][number];
type CallDocument = NonNullable<AttemptDocument['calls']>[number];

/** The calls of one attempt, by their numbers. */
interface Noted {
  begun: Map<number, Pick<CallDocument, 'model' | 'cost'>>;
  /** In the order in which they ended. */
  ended: Map<number, CallDocument>;
}

/**
 * An unfinished trace with the calls of its running attempt, as its journal has them, and their sums. Of a dead router those that were open
 * count as what they held, as in the ledger.
 */
export async function withJournal(
  trace: TraceDocument,
  { file, isDead }: { file: string; isDead: boolean },
): Promise<TraceDocument> {
  const text = await readTraceText(journalOf(file)).catch(() => null);
  if (text === null) return trace;
  const noted = entriesIn(text);
  const attempts = trace.attempts.map((attempt) => {
    const calls = noted.get(attempt.n);
    return attempt.status !== 'running' || calls === undefined ? attempt : withCalls(attempt, calls, isDead);
  });
  const usage = usageDocument(addUsage(attempts.map((attempt) => usageOf(attempt.usage))));
  return { ...trace, attempts, usage, cost: costDocument(sumOf(attempts)) };
}

/** Removes the journal of a trace that has its calls. */
export async function removeJournal(trace: string): Promise<void> {
  await rm(journalOf(trace), { force: true });
}

function withCalls(attempt: AttemptDocument, { begun, ended }: Noted, isDead: boolean): AttemptDocument {
  const open = isDead ? [...begun].filter(([n]) => !ended.has(n)).map(([, call]) => lost(call)) : [];
  const calls = [...ended.values(), ...open];
  const usage = usageDocument(addUsage(calls.map((call) => usageOf(call.usage))));
  return { ...attempt, calls, usage, cost: costDocument(sumOf(calls)) };
}

/** A call whose end is not recorded. */
function lost({ model, cost }: Pick<CallDocument, 'model' | 'cost'>): CallDocument {
  const failed = failure('cancelled', 'the router was killed during this call');
  return {
    model,
    status: null,
    usage: null,
    cost,
    first_output_ms: null,
    latency_ms: null,
    failure: failureDocument(failed),
  };
}

/** By attempt. Lines that cannot be read are left out: a killed router may not have finished its last one. */
function entriesIn(text: string): Map<number, Noted> {
  const attempts = new Map<number, Noted>();
  for (const line of text.split('\n')) {
    const entry = parseJson(line);
    if (!isMap(entry) || typeof entry.attempt !== 'number' || typeof entry.call !== 'number') continue;
    const noted = attempts.get(entry.attempt) ?? { begun: new Map(), ended: new Map() };
    attempts.set(entry.attempt, noted);
    if (isCall(entry.begun)) noted.begun.set(entry.call, entry.begun);
    if (isCall(entry.ended)) noted.ended.set(entry.call, entry.ended);
  }
  return attempts;
}

/** Whether the parts that every reader adds up are there. */
function isCall(value: unknown): value is CallDocument {
  if (!isMap(value)) return false;
  const { usage = null, cost } = value;
  return (usage === null || isMap(usage)) && (cost === null || isMap(cost));
}

function sumOf(parts: readonly Pick<CallDocument, 'cost'>[]): Cost | null {
  return addCosts(parts.flatMap(({ cost }) => (cost === null ? [] : [costOf(cost)])));
}

function costOf({ usd, list_usd, basis, billing }: NonNullable<CallDocument['cost']>): Cost {
  return {
    chargedMicroUsd: microOf(usd),
    listMicroUsd: microOf(list_usd),
    basis: COST_BASES.find((one) => one === basis) ?? 'unknown',
    billing: BILLINGS.find((one) => one === billing) ?? 'api',
  };
}

function microOf(usd: unknown): number | null {
  return typeof usd === 'number' ? toMicroUsd(usd) : null;
}

function usageOf(usage: NamedUsage | null): Usage | null {
  return usage === null ? null : usageOfNamed(usage);
}
