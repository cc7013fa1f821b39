import type { AdapterEvent } from '../../adapters/adapter.js';
import { traceparent } from '../../crypto/trace-ids.js';
import { type Attempt, failedOutcome, type Outcome } from '../../domain/attempt.js';
import { attemptCost, type Cost } from '../../domain/cost.js';
import { ChildDeadline, type Deadline, type StoppableDeadline } from '../../domain/deadline.js';
import type { Failure, FailureType } from '../../domain/failure.js';
import { dollars } from '../../domain/money.js';
import { pieceOf, withText } from '../../domain/piece.js';
import { plainText } from '../../domain/plain-text.js';
import { plausibleUsage } from '../../domain/plausible.js';
import type { Result } from '../../domain/result.js';
import { isSampled } from '../../domain/trace-context.js';
import { namesOf } from '../../gates/candidate.js';
import type { OpenedGate } from '../../gates/gates.js';
import { canContinue } from '../../gates/session.js';
import type { Redactor } from '../../redact/redact.js';
import type { Admitted } from '../admit.js';
import { gatewayVariable } from '../outer-gateway.js';
import type { Planned } from '../planned.js';
import type { AttemptResult, CandidateInRun, Continuation, Run } from '../state.js';
import { withStores } from '../world.js';
import type { AttemptGateway } from './gateway.js';
import { mayHaveActed } from './may-have-acted.js';
import { Observation } from './observation.js';
import { presentableCall, presentableFailure } from './presentable.js';
import { answerToCorrect, callOf } from './task.js';

/** An attempt that was admitted. */
export type AdmittedAttempt = Admitted & {
  candidate: CandidateInRun;
  /** `null`: it starts a new session. */
  continued: Continuation | null;
};

/** Runs one candidate once, and emits its events. */
export async function attempt(run: Run, admitted: AdmittedAttempt): Promise<AttemptResult> {
  const { clock } = run.host;
  const { candidate, n, grant } = admitted;
  const startedAt = new Date(clock.now()).toISOString();
  const startMs = clock.monotonic();
  const sinceStart = (): number => Math.round(clock.monotonic() - startMs);
  const seen = new Observation();
  const deadline = new ChildDeadline(run.stop.deadline);
  const gateway = await gatewayFor(run, admitted, deadline);
  const called = await consume(callAdapter(run, admitted, { deadline, gateway }), (event) => {
    if (event.type === 'delta' || event.type === 'activity') seen.firstOutputMs ??= sinceStart();
    if (event.type === 'started' && gateway?.ok === true) gateway.value.load();
    // What was seen of its calls is exact.
    if (event.type === 'usage' && gateway?.ok === true && gateway.value.hasCalls()) return;
    return observe(run, admitted, { event, seen, deadline });
  });
  const watched = gateway?.ok === true ? await gateway.value.close(called, seen) : null;
  const ended = watched?.outcome ?? called;
  const isUnknownModel = ended.failure?.type === 'model_not_found';
  const helped = isUnknownModel ? await withNearModels(run, candidate, ended) : ended;
  const outcome = checked(presentable(helped, run.host.redactor), { candidate, seen, planned: run.planned });
  const record: Attempt = {
    n,
    continues: admitted.continued?.from.record.n ?? null,
    tool: candidate.tool.name,
    model: candidate.modelName,
    status: statusOf(outcome),
    startedAt,
    latencyMs: sinceStart(),
    firstOutputMs: outcome.firstOutputMs ?? seen.firstOutputMs,
    exitCode: outcome.exitCode,
    requestId: outcome.requestId,
    usage: outcome.usage,
    cost: watched?.cost ?? costOf(candidate, outcome),
    failure: outcome.failure,
    changes: null,
    noSnapshot: null,
    calls: watched?.calls.map((call) => presentableCall(call, run.host.redactor)) ?? null,
    partialText: outcome.failure === null ? null : outcome.text || seen.draft || null,
  };
  const warnings = [...outcome.warnings, ...capWarnings(record, grant.maxCostMicroUsd)];
  const { started, active, shown } = seen;
  return {
    candidate,
    record,
    outcome: { ...outcome, warnings },
    started,
    active,
    mayHaveChanged: active || mayHaveActed(outcome),
    left: null,
    canContinue: outcome.toolSessionId !== null && canContinue(candidate.tool, candidate.model),
    shown,
    endedMs: clock.now(),
  };
}

/** A failure for want of the model names those that there are. */
async function withNearModels(
  { host, stores }: Run,
  candidate: CandidateInRun,
  ended: Outcome,
): Promise<Outcome> {
  if (ended.failure === null) return ended;
  const { withNearNames } = await import('../models/near-names.js');
  const { modelLists } = stores;
  return { ...ended, failure: await withNearNames(ended.failure, candidate, { modelLists, env: host.env }) };
}

/** The events of the adapter; a call that could not be prepared ends at once. */
function callAdapter(
  { planned, host, stores, connections, stop, attempts, recorder, files }: Run,
  { candidate, n, grant, continued }: AdmittedAttempt,
  { deadline, gateway }: { deadline: Deadline; gateway: Awaited<ReturnType<typeof gatewayFor>> },
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const { maxCostMicroUsd, slots, family } = grant;
  const rejectedAnswer = answerToCorrect(attempts, candidate);
  const handover = continued?.task ?? files?.handover ?? null;
  const call = callOf(candidate, { maxCostMicroUsd, rejectedAnswer, handover }, host);
  if (!call.ok) return notStarted(call.error);
  if (gateway?.ok === false) return notStarted(gateway.error);
  return host.adapterOf(candidate.tool).run(call.value, {
    // Copying the variables of a process takes longer than most of what is done with them.
    get env() {
      const env = withStores(host.env, stores);
      return gateway === null ? env : { ...env, ...gatewayVariable(gateway.value) };
    },
    deadline,
    urgent: gateway?.value.urgent ?? stop.urgent,
    monotonicMs: host.clock.monotonic,
    now: host.clock.now,
    tmpDir: host.tmpDir,
    redact: host.redactor.text,
    connections,
    tellsUsage: maxCostMicroUsd !== null || recorder.costs !== null,
    recorder: recorder.processes,
    turn: attempts.filter(({ record }) => record.tool === candidate.tool.name).length,
    slots,
    get traceparent() {
      return traceparent(planned, { attempt: n, isSampled: isSampled(planned.request.parentSpan) });
    },
    gatewayUrl: gateway?.value.url ?? null,
    family,
  });
}

// biome-ignore lint/correctness/useYield: it ends before its first event
async function* notStarted(failed: Failure): AsyncGenerator<AdapterEvent, Outcome, void> {
  return failedOutcome(failed);
}

/** Opens the gateway of an attempt that uses one; its code is loaded only then. `null`: it uses none. */
async function gatewayFor(
  run: Run,
  admitted: AdmittedAttempt,
  deadline: StoppableDeadline,
): Promise<Result<AttemptGateway, Failure> | null> {
  if (!admitted.candidate.task.usesGateway) return null;
  const { openAttemptGateway } = await import('./gateway.js');
  return openAttemptGateway(run, admitted, deadline);
}

/** Forwards every event and waits for it, so that a slow reader slows the tool down; returns the generator's return value. */
async function consume<E>(
  events: AsyncGenerator<E, Outcome, void>,
  handle: (event: E) => void | Promise<void>,
): Promise<Outcome> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    const handled = handle(step.value);
    if (handled !== undefined) await handled;
  }
}

/** Records one event of the adapter, and emits it. */
function observe(
  { host, recorder, planned, gates }: Run,
  { candidate, n, grant }: AdmittedAttempt,
  { event, seen, deadline }: { event: AdapterEvent; seen: Observation; deadline: StoppableDeadline },
): void | Promise<void> {
  const { emit } = recorder;
  if (event.type === 'started') {
    seen.started = true;
    const { argv, pid } = event;
    const { cwd } = candidate.task;
    host.debug?.('started', { attempt: n, pid, cwd, cap_micro_usd: grant.maxCostMicroUsd });
    return emit({ type: 'attempt.started', attempt: n, candidate: namesOf(candidate), argv, pid });
  }
  if (event.type === 'usage') {
    const cost = costSoFar(candidate, event);
    recorder.costs?.({ type: 'cost.so_far', attempt: n, cost });
    const isWatched = grant.maxCostMicroUsd !== null && !event.isPartial;
    return !isWatched ? undefined : meter(gates, { chargedMicroUsd: cost.chargedMicroUsd, deadline });
  }
  if (event.type === 'restart') {
    if (seen.draft === '') return;
    seen.draft = '';
    return emit({ type: 'output.restart', attempt: n, candidate: namesOf(candidate) });
  }
  if (!seen.active) host.debug?.('output', { attempt: n, first: event.type });
  seen.active = true;
  if (event.type === 'activity') {
    seen.noteActivity(event);
    return event.changedFile ? undefined : emit({ type: 'tool.activity', attempt: n, name: event.name });
  }
  seen.noteText(event);
  if (planned.request.stream) seen.shown = true;
  return emit(withText({ type: 'output.delta' as const, attempt: n }, pieceOf(event)));
}

/** The cost of an attempt so far. Output that is not counted yet is no reason to show nothing. */
function costSoFar(candidate: CandidateInRun, used: Extract<AdapterEvent, { type: 'usage' }>): Cost {
  const counted = plausibleUsage(used.usage, { hasText: false });
  const usage = counted && used.isPartial ? { ...counted, outputTokens: counted.outputTokens ?? 0 } : counted;
  const cost = costOf(candidate, { ...used, usage, failure: null });
  return used.isPartial && cost.basis !== 'unknown' ? { ...cost, basis: 'estimated' } : cost;
}

/** Reports the cost of an attempt so far to the gates, which may end it. */
async function meter(
  gates: readonly OpenedGate[],
  { chargedMicroUsd, deadline }: { chargedMicroUsd: number | null; deadline: StoppableDeadline },
): Promise<void> {
  if (chargedMicroUsd === null) return;
  for (const { gate } of gates) {
    const failed = (await gate.watch?.(chargedMicroUsd)) ?? null;
    if (failed !== null) deadline.stop(failed);
  }
}

/** The outcome with the figures that can be true, and with words without secrets that may be shown on a terminal. */
function presentable(ended: Outcome, redactor: Redactor): Outcome {
  const { failure: failed, usage, text, responseModel, requestId, warnings } = ended;
  const shown = (words: string): string => redactor.text(plainText(words));
  return {
    ...ended,
    failure: failed === null ? null : presentableFailure(failed, redactor),
    usage: plausibleUsage(usage, { hasText: text.trim() !== '' }),
    responseModel: responseModel === null ? null : shown(responseModel),
    requestId: requestId === null ? null : shown(requestId),
    warnings: warnings.map(shown),
  };
}

/** The outcome after validation by the schema; a failure names its candidate and what the tool had done. */
function checked(
  ended: Outcome,
  { candidate, seen, planned }: { candidate: CandidateInRun; seen: Observation; planned: Planned },
): Outcome {
  const { checkAnswer, access } = planned;
  const outcome = ended.failure === null && checkAnswer !== null ? checkAnswer(ended) : ended;
  if (outcome.failure === null) return outcome;
  const done = access === 'edit' || access === 'full' ? seen.workDone() : '';
  const [tool, model] = [candidate.tool.name, candidate.modelName];
  const message = `${outcome.failure.message}${done}`;
  return { ...outcome, failure: { ...outcome.failure, tool, model, message } };
}

/** Failures after which a tool may have used more than it had reported. */
const ENDED_BY_US: readonly FailureType[] = ['timeout', 'cancelled', 'budget_exceeded'];

function costOf(
  { tool, model, billing }: CandidateInRun,
  ended: Pick<Outcome, 'usage' | 'reportedCostMicroUsd' | 'failure' | 'rejectedUnbilled' | 'isPriceUnknown'>,
): Cost {
  return attemptCost({
    reportedMicroUsd: ended.reportedCostMicroUsd,
    usage: ended.usage,
    price: model?.price ?? null,
    billing,
    rejectedUnbilled: ended.rejectedUnbilled === true,
    isPriceUnknown: ended.isPriceUnknown === true,
    manyRequests: tool.kind === 'command',
    cutShort: ENDED_BY_US.some((type) => type === ended.failure?.type),
  });
}

function statusOf({ failure }: Outcome): Attempt['status'] {
  if (failure === null) return 'succeeded';
  return failure.type === 'cancelled' ? 'cancelled' : 'failed';
}

/** Warns when a tool that cannot enforce its cap has exceeded it. */
function capWarnings({ tool, cost }: Attempt, capMicroUsd: number | null): string[] {
  const { chargedMicroUsd: charged } = cost;
  if (capMicroUsd === null || charged === null || charged <= capMicroUsd) return [];
  return [`\`${tool}\` cost ${dollars(charged)}, over the cap of ${dollars(capMicroUsd)}`];
}
