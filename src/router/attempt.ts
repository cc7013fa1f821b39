import type { AdapterEvent } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import { type Attempt, failedOutcome, type Outcome } from '../domain/attempt.js';
import { attemptCost, type Cost } from '../domain/cost.js';
import { childDeadline, type Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import type { FailureType } from '../domain/failure.js';
import { dollars } from '../domain/money.js';
import { plausibleUsage } from '../domain/plausible.js';
import { namesOf } from '../gates/candidate.js';
import type { Admitted } from './admit.js';
import type { Planned } from './planned.js';
import type { AttemptResult, Contender, Run } from './state.js';
import { callOf } from './task.js';
import { withStores } from './world.js';

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

type AdmittedCandidate = Admitted & { candidate: Contender };

/** Runs one candidate once, and emits everything that happens. */
export async function attempt(run: Run, admitted: AdmittedCandidate): Promise<AttemptResult> {
  const { host, recorder, planned } = run;
  const { candidate, n, grant } = admitted;
  const { monotonic, now } = host.clock;
  const startedAt = new Date(now()).toISOString();
  const start = monotonic();
  const sinceStart = (): number => Math.round(monotonic() - start);
  const seen: Seen = {
    firstOutputMs: null,
    started: false,
    active: false,
    shown: false,
    steps: [],
    changedFiles: new Set(),
  };
  const { emit } = recorder;
  const meter = meterOf(run, admitted);
  const events = callAdapter(run, admitted, meter.deadline);
  const ended = await consume(events, async (event) => {
    if (event.type === 'started') {
      seen.started = true;
      const { argv, pid } = event;
      const { cwd } = candidate.task;
      host.debug?.('started', { attempt: n, pid, cwd, cap_micro_usd: grant.maxCostMicroUsd });
      return emit({ type: 'attempt.started', attempt: n, candidate: namesOf(candidate), argv, pid });
    }
    if (event.type === 'usage') return meter.read(event);
    seen.active = true;
    if (seen.firstOutputMs === null) host.debug?.('output', { attempt: n, first: event.type });
    seen.firstOutputMs ??= sinceStart();
    if (event.type === 'activity') return noteActivity(event, { n, seen, emit });
    if (planned.request.stream) seen.shown = true;
    return emit({ type: 'output.delta', attempt: n, text: event.text });
  });
  const outcome = checked(plausible(ended), { candidate, seen, planned });
  const record: Attempt = {
    n,
    tool: candidate.tool.name,
    model: candidate.modelName,
    status: statusOf(outcome),
    startedAt,
    latencyMs: sinceStart(),
    firstOutputMs: outcome.firstOutputMs ?? seen.firstOutputMs,
    exitCode: outcome.exitCode,
    requestId: outcome.requestId,
    usage: outcome.usage,
    cost: costOf(candidate, outcome),
    failure: outcome.failure,
  };
  const warnings = [...outcome.warnings, ...capWarnings(record, grant.maxCostMicroUsd)];
  const { started, active, shown } = seen;
  return { candidate, record, outcome: { ...outcome, warnings }, started, active, shown, endedMs: now() };
}

/** The events of the adapter; what cannot be called ends at once. */
async function* callAdapter(
  { host, stores, stop, attempts, recorder }: Run,
  { candidate, grant }: AdmittedCandidate,
  deadline: Deadline,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const last = attempts.at(-1);
  const isCorrection = last?.candidate === candidate && last.outcome.failure?.type === 'contract_violation';
  const { maxCostMicroUsd, slots } = grant;
  const rejectedAnswer = isCorrection ? last.outcome : null;
  const call = callOf(candidate, { maxCostMicroUsd, rejectedAnswer }, host);
  if (!call.ok) return failedOutcome(call.error);
  return yield* adapterOf(candidate.tool).run(call.value, {
    env: withStores(host.env, stores),
    deadline,
    urgent: stop.urgent,
    monotonicMs: host.clock.monotonic,
    now: host.clock.now,
    tmpDir: host.tmpDir,
    recorder: recorder.processes,
    turn: attempts.filter(({ record }) => record.tool === candidate.tool.name).length,
    slots,
  });
}

/** The outcome with the figures that can be true. */
function plausible(ended: Outcome): Outcome {
  return { ...ended, usage: plausibleUsage(ended.usage, { hasText: ended.text.trim() !== '' }) };
}

function costOf(
  { tool, model, billing }: Contender,
  told: Pick<Outcome, 'usage' | 'reportedCostMicroUsd' | 'failure' | 'turnedAway' | 'isPriceUnknown'>,
): Cost {
  return attemptCost({
    reportedMicroUsd: told.reportedCostMicroUsd,
    usage: told.usage,
    price: model?.price ?? null,
    billing,
    turnedAway: told.turnedAway === true,
    isPriceUnknown: told.isPriceUnknown === true,
    manyRequests: tool.kind === 'command',
    cutShort: ENDED_BY_US.some((type) => type === told.failure?.type),
  });
}

/** After these a tool may have used more than it had reported. */
const ENDED_BY_US: readonly FailureType[] = ['timeout', 'cancelled', 'budget_exceeded'];

/** Watches what an attempt costs where a cap bounds it; a gate may end it. */
function meterOf(
  { gates, stop }: Run,
  { candidate, grant }: AdmittedCandidate,
): { deadline: Deadline; read: (event: Extract<AdapterEvent, { type: 'usage' }>) => Promise<void> } {
  if (grant.maxCostMicroUsd === null) return { deadline: stop.deadline, read: async () => {} };
  const deadline = childDeadline(stop.deadline);
  const read = async (used: Extract<AdapterEvent, { type: 'usage' }>): Promise<void> => {
    const usage = plausibleUsage(used.usage, { hasText: false });
    const { chargedMicroUsd } = costOf(candidate, { ...used, usage, failure: null });
    if (chargedMicroUsd === null) return;
    for (const gate of gates) {
      const failed = (await gate.watch?.(chargedMicroUsd)) ?? null;
      if (failed !== null) deadline.stop(failed);
    }
  };
  return { deadline, read };
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

/** The outcome once the answer was checked by its schema; a failure names its candidate, and what was already done. */
function checked(
  ended: Outcome,
  { candidate, seen, planned }: { candidate: Contender; seen: Seen; planned: Planned },
): Outcome {
  const { checkAnswer, access } = planned;
  const outcome = ended.failure === null && checkAnswer !== null ? checkAnswer(ended) : ended;
  if (outcome.failure === null) return outcome;
  const done = access === 'edit' || access === 'full' ? whatWasDone(seen) : '';
  const [tool, model] = [candidate.tool.name, candidate.modelName];
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
