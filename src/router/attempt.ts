import type { Adapter, AdapterContext, AdapterEvent, Task } from '../adapters/adapter.js';
import type { Attempt, Outcome } from '../domain/attempt.js';
import { attemptCost, type Billing, type Cost } from '../domain/cost.js';
import { childDeadline } from '../domain/deadline.js';
import type { Debug } from '../domain/debug.js';
import type { EventSink } from '../domain/events.js';
import { type Failure, type FailureType, failure } from '../domain/failure.js';
import { dollars } from '../domain/money.js';
import type { Candidate } from '../domain/plan.js';
import { plausibleUsage } from '../domain/plausible.js';
import type { Account } from '../gates/account.js';
import type { Ticket } from '../gates/account-types.js';
import type { Slots } from '../gates/slots.js';

/** Everything that one attempt needs. */
export interface Prepared {
  task: Task;
  adapter: Adapter;
  billing: Billing;
  /** That its money was let through. */
  ticket: Ticket;
}

/** What an attempt uses of the world. */
export interface AttemptDeps {
  account: Account;
  slots: Slots;
  context: AdapterContext;
  /** Remembers for all processes how a candidate fared; `null`: it answered. */
  learn(candidate: Candidate, failure: Failure | null): Promise<void>;
  /** Judges a good outcome by the schema of the answer; `null`: any answer will do. */
  checkAnswer: ((outcome: Outcome) => Outcome) | null;
  emit: EventSink;
  /** Absent when the debug log is off. */
  debug?: Debug;
}

/** One attempt with what the decision needs to know of it. */
export interface Tried {
  record: Attempt;
  outcome: Outcome;
  /** The tool had shown output or activity. */
  active: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
  /** ms since the epoch. */
  endedMs: number;
}

/** What is seen of an attempt while it runs. */
interface Seen {
  firstOutputMs: number | null;
  started: boolean;
  active: boolean;
  shown: boolean;
  /** Names of the tool's own steps, in order. */
  steps: string[];
  changedFiles: Set<string>;
}

/** Runs one candidate once, and tells everything that happens. */
export async function tryOnce(
  { candidate, n, stream }: { candidate: Candidate; n: number; stream: boolean },
  prepared: Prepared,
  deps: AttemptDeps,
): Promise<Tried> {
  const { task, adapter, ticket } = prepared;
  const { monotonicMs, now } = deps.context;
  const startedAt = new Date(now()).toISOString();
  const start = monotonicMs();
  const sinceStart = (): number => Math.round(monotonicMs() - start);
  const seen: Seen = {
    firstOutputMs: null,
    started: false,
    active: false,
    shown: false,
    steps: [],
    changedFiles: new Set(),
  };
  const meter = meterFor(prepared, deps);
  const told = await consume(adapter.run(task, meter.context), async (event) => {
    if (event.type === 'started') {
      seen.started = true;
      const { argv, pid } = event;
      deps.debug?.('started', { attempt: n, pid, cwd: task.cwd, cap_micro_usd: task.maxCostMicroUsd });
      return deps.emit({ type: 'attempt.started', attempt: n, candidate, argv, pid });
    }
    if (event.type === 'usage') return meter.read(event);
    seen.active = true;
    if (seen.firstOutputMs === null) deps.debug?.('output', { attempt: n, first: event.type });
    seen.firstOutputMs ??= sinceStart();
    if (event.type === 'activity') return noteActivity(event, { n, seen, emit: deps.emit });
    if (stream) seen.shown = true;
    return deps.emit({ type: 'output.delta', attempt: n, text: event.text });
  });
  const outcome = judged(plausible(told), { candidate, seen, task, check: deps.checkAnswer });
  const record: Attempt = {
    n,
    tool: candidate.tool,
    model: candidate.model,
    status: statusOf(outcome),
    startedAt,
    latencyMs: sinceStart(),
    firstOutputMs: outcome.firstOutputMs ?? seen.firstOutputMs,
    exitCode: outcome.exitCode,
    requestId: outcome.requestId,
    usage: outcome.usage,
    cost: costOf(prepared, outcome),
    failure: outcome.failure,
  };
  const provider = task.model?.provider ?? null;
  await deps.account.settle(ticket, {
    attempt: record,
    provider,
    started: seen.started,
    active: seen.active,
  });
  // Whoever waits for the slot shall know what happened here.
  await deps.learn(candidate, record.failure);
  await deps.slots.end();
  await deps.emit({ type: 'attempt.finished', attempt: n, record });
  const warnings = [...outcome.warnings, ...capWarnings(record, task.maxCostMicroUsd)];
  const { active, shown } = seen;
  return { record, outcome: { ...outcome, warnings }, active, shown, endedMs: now() };
}

/** The outcome with the figures that can be true. */
function plausible(told: Outcome): Outcome {
  return { ...told, usage: plausibleUsage(told.usage, { hasText: told.text.trim() !== '' }) };
}

function costOf(
  { task, billing }: Prepared,
  told: Pick<Outcome, 'usage' | 'reportedCostMicroUsd' | 'failure' | 'turnedAway' | 'isPriceUnknown'>,
): Cost {
  return attemptCost({
    reportedMicroUsd: told.reportedCostMicroUsd,
    usage: told.usage,
    price: task.model?.price ?? null,
    billing,
    turnedAway: told.turnedAway === true,
    isPriceUnknown: told.isPriceUnknown === true,
    manyRequests: task.tool.kind === 'command',
    cutShort: ENDED_BY_US.some((type) => type === told.failure?.type),
  });
}

/** After these a tool may have used more than it had told. */
const ENDED_BY_US: readonly FailureType[] = ['timeout', 'cancelled', 'budget_exceeded'];

/** Watches what a run costs, and ends it once that is more than it may. */
function meterFor(
  prepared: Prepared,
  { context, account }: AttemptDeps,
): { context: AdapterContext; read: (event: Extract<AdapterEvent, { type: 'usage' }>) => Promise<void> } {
  const { task, ticket } = prepared;
  if (ticket.capMicroUsd === null) return { context, read: async () => {} };
  const deadline = childDeadline(context.deadline);
  const read = async (told: Extract<AdapterEvent, { type: 'usage' }>): Promise<void> => {
    const usage = plausibleUsage(told.usage, { hasText: false });
    const { chargedMicroUsd } = costOf(prepared, { ...told, usage, failure: null });
    const isOver = chargedMicroUsd !== null && (await account.meter(ticket, chargedMicroUsd));
    if (isOver) deadline.stop(overCap(task, { chargedMicroUsd, capMicroUsd: ticket.capMicroUsd ?? 0 }));
  };
  return { context: { ...context, deadline }, read };
}

function overCap({ tool, modelName }: Task, cost: { chargedMicroUsd: number; capMicroUsd: number }): Failure {
  const { chargedMicroUsd, capMicroUsd } = cost;
  return failure(
    'budget_exceeded',
    `\`${tool.name}\` was ended: it has cost ${dollars(chargedMicroUsd)}, over the cap of ${dollars(capMicroUsd)}`,
    {
      tool: tool.name,
      model: modelName,
      hint: 'raise `--max-cost`, `max_cost_usd` of the agent or `per_request_usd` of the budget',
    },
  );
}

/** Hands every event on and waits for it, so that a slow reader holds the tool back; returns what the generator returns. */
async function consume<E>(
  events: AsyncGenerator<E, Outcome, void>,
  handle: (event: E) => void | Promise<void>,
): Promise<Outcome> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    await handle(step.value);
  }
}

function noteActivity(
  { name, changedFile }: Extract<AdapterEvent, { type: 'activity' }>,
  { n, seen, emit }: { n: number; seen: Seen; emit: EventSink },
): void | Promise<void> {
  if (changedFile) {
    seen.changedFiles.add(name);
    return;
  }
  seen.steps.push(name);
  return emit({ type: 'tool.activity', attempt: n, name });
}

/** The outcome once the answer was held against its schema; a failure says whose it is, and what was already done. */
function judged(
  told: Outcome,
  known: { candidate: Candidate; seen: Seen; task: Task; check: AttemptDeps['checkAnswer'] },
): Outcome {
  const { candidate, seen, task, check } = known;
  const outcome = told.failure === null && check !== null ? check(told) : told;
  if (outcome.failure === null) return outcome;
  const mayChange = task.access === 'edit' || task.access === 'full';
  const done = mayChange ? whatWasDone(seen) : '';
  const { tool, model } = candidate;
  return {
    ...outcome,
    failure: { ...outcome.failure, tool, model, message: `${outcome.failure.message}${done}` },
  };
}

const MAX_NAMED = 5;

/** What a failed tool had done by then, as far as it told. */
function whatWasDone({ steps, changedFiles }: Seen): string {
  const files = [...changedFiles].map((file) => `\`${file}\``);
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const used = [...counts].map(([step, count]) => (count === 1 ? step : `${step} ${count} times`));
  const parts = [
    ...(files.length === 0 ? [] : [`it had worked on ${shortened(files)}`]),
    ...(used.length === 0 ? [] : [`it had used ${shortened(used)}`]),
  ];
  return parts.map((part) => `; ${part}`).join('');
}

function shortened(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function statusOf({ failure }: Outcome): Attempt['status'] {
  if (failure === null) return 'succeeded';
  return failure.type === 'cancelled' ? 'cancelled' : 'failed';
}

/** A tool that cannot hold a cap may pass it: that is said, and never hidden. */
function capWarnings({ tool, cost }: Attempt, capMicroUsd: number | null): string[] {
  const { chargedMicroUsd: charged } = cost;
  if (capMicroUsd === null || charged === null || charged <= capMicroUsd) return [];
  return [`\`${tool}\` cost ${dollars(charged)}, over the cap of ${dollars(capMicroUsd)}`];
}
