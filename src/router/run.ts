import type { Connections } from '../adapters/http/connections.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Result } from '../domain/result.js';
import { namesOf } from '../gates/candidate.js';
import { openGates } from '../gates/gates.js';
import { waitFor } from '../gates/wait.js';
import { RunLedger } from '../ledger/run-ledger.js';
import { refusedFirst, refusedLater } from '../policy/audit.js';
import { limitsOfRun } from '../policy/spend-limits.js';
import type { Decision, Stop as Stopped } from '../routing/decision.js';
import { admit, leave, longestWaitMs, rejectedNames } from './admit.js';
import { type AdmittedAttempt, attempt } from './attempts/attempt.js';
import { concluded } from './attempts/conclude.js';
import { debugAdmission, debugDecision } from './debug.js';
import type { Check, IsolatedRun } from './isolation/isolated-run.js';
import { joinCaller, watchNested } from './nested.js';
import { mayEdit, type Planned } from './planned.js';
import type { Recorder } from './record.js';
import {
  type AttemptFiles,
  type CandidateInRun,
  type Continuation,
  candidatesInRun,
  type Run,
  stateAfter,
} from './state.js';
import type { Host, Stop, Stores } from './world.js';

/** The input of a run. */
export interface RunInput {
  planned: Planned;
  host: Host;
  stores: Stores;
  connections: Connections;
  stop: Stop;
  recorder: Recorder;
  /** Asks whether to go on despite a soft limit. */
  confirm: () => Promise<boolean>;
  /** Asks whether to put files back although a merge is in progress. */
  confirmRollback: (question: string) => Promise<boolean>;
  /** How long snapshots are kept, days. */
  keepDays: number;
  /** Judges what an isolated run left, in the folder where it worked. */
  check: Check | null;
}

/**
 * Tries candidates until one answers or the table says stop. Never throws for a foreseen cause: a failed invocation is an
 * `Invocation` whose `failure` says why.
 */
export async function run(input: RunInput): Promise<Invocation> {
  const { planned, host, recorder } = input;
  const { plan, id, traceId } = planned;
  const startMs = host.clock.monotonic();
  await recorder.emit({ type: 'invocation.started', id, traceId, agent: plan.agent });
  await recorder.emit({ type: 'plan', plan });
  await recorder.refused(refusedFirst(plan));
  const ledger = new RunLedger(
    input.stores.ledger,
    () => limitsOfRun(planned.spending, host.clock.now()).length > 0,
  );
  const state: Run = {
    planned,
    host,
    stores: input.stores,
    connections: input.connections,
    stop: input.stop,
    recorder,
    gates: gatesOf(input, ledger),
    candidates: candidatesInRun(planned),
    attempts: [],
    refused: [],
    fruitlessWaits: 0,
    files: null,
  };
  const nestedSummary = watchNested(state);
  const isolated = planned.isolation === null ? null : await isolatedRun(state);
  const stopped =
    isolated?.ok === false ? { failure: isolated.error, readyAtMs: null } : await runNested(state, input);
  await state.files?.close();
  await recorder.refused(
    refusedLater(
      plan,
      state.attempts.map(({ record }) => record),
    ),
  );
  const latencyMs = Math.round(host.clock.monotonic() - startMs);
  const nested = await nestedSummary();
  const ended = concluded(state, { stopped, latencyMs, nested, allowance: ledger.allowance });
  const brought = isolated?.ok === true ? await isolated.value.finish(ended, input.check) : ended;
  const invocation = await withAdvice(state, brought);
  await recorder.record(invocation, ledger);
  await recorder.emit({ type: 'invocation.finished', invocation });
  return invocation;
}

/** A failed invocation with how to continue the session that its last attempt left. */
async function withAdvice(state: Run, invocation: Invocation): Promise<Invocation> {
  if (invocation.failure === null || state.attempts.at(-1)?.canContinue !== true) return invocation;
  const { withWayToContinue } = await import('./recovery/continue-session.js');
  return withWayToContinue(invocation, state);
}

function gatesOf({ planned, host, stores, stop, recorder, confirm }: RunInput, ledger: RunLedger) {
  const { emit, overridden } = recorder;
  const { deadline } = stop;
  const { cooldowns } = stores;
  const { id, request, agent, policy, access, spending } = planned;
  const { clock, random } = host;
  const resolved = { request, agent, policy, access, spending };
  return openGates({
    id,
    ...resolved,
    clock,
    random,
    deadline,
    ledger,
    cooldowns,
    emit,
    confirm,
    overridden,
  });
}

async function isolatedRun(state: Run): Promise<Result<IsolatedRun, Failure>> {
  const { isolate } = await import('./isolation/isolated-run.js');
  return isolate(state);
}

/** Runs the candidates, in the place that its caller has for one more nested run. */
async function runNested(state: Run, input: RunInput): Promise<Stopped | null> {
  const joined = await joinCaller(state);
  if (!joined.ok) return { failure: joined.error, readyAtMs: null };
  try {
    return await runCandidates(state, input);
  } finally {
    await leave(state.gates, { is: 'unknown' });
    await joined.value();
  }
}

/** Runs and waits until a candidate has answered (`null`) or none is left. */
async function runCandidates(state: Run, input: RunInput): Promise<Stopped | null> {
  const { deadline } = state.stop;
  const { debug } = state.host;
  for (;;) {
    if (deadline.failure !== null)
      return { failure: await cutShort(state, deadline.failure), readyAtMs: null };
    const decision = await nextStep(state);
    if (debug !== undefined) debugDecision(debug, decision);
    if (decision.action === 'stop') return decision.stop;
    const { candidate } = decision;
    if (decision.action === 'wait' && candidate.state.is !== 'queued') {
      await pause(state, candidate, decision);
      if (deadline.failure !== null) continue;
    }
    const mostWaitMs = longestWaitMs(state.planned.rules, decision, deadline.remainingMs());
    const admission = await admit(state, candidate, mostWaitMs);
    if (debug !== undefined) debugAdmission(debug, admission, candidate);
    if ('stop' in admission) return { failure: admission.stop, readyAtMs: null };
    if ('refusal' in admission) {
      const rejected = rejectedNames(candidate, admission);
      state.refused.push(rejected);
      await state.recorder.refused([rejected]);
      candidate.state = stateAfter(admission);
      if (decision.action === 'wait') state.fruitlessWaits++;
      continue;
    }
    const files = mayEdit(state.planned, candidate.tool) ? await keepFiles(state, input, admission.n) : null;
    const continued =
      decision.action === 'wait' && decision.continues ? await sessionOf(state, candidate) : null;
    if (await tryOnce(state, { ...admission, candidate, files, continued })) return null;
  }
}

/**
 * The failure of a run that was ended from outside, with what its last attempt left in the files. Of a tool that waited for a limit, its
 * own failure says more.
 */
async function cutShort({ attempts }: Run, stopped: Failure): Promise<Failure> {
  const last = attempts.at(-1);
  const own = last?.outcome.failure ?? null;
  const failed = own !== null && own.waitedFor !== null ? own : stopped;
  if (last === undefined || last.left === null) return failed;
  const { withLeft } = await import('../routing/decide.js');
  return withLeft(failed, last.left, { who: `\`${last.record.tool}\`` });
}

/** The first candidate is next as long as it can run: what decides otherwise is loaded only then. */
async function nextStep(state: Run): Promise<Decision<CandidateInRun>> {
  const { planned, host, stop, candidates, attempts, fruitlessWaits } = state;
  const [first] = candidates;
  if (attempts.length === 0 && first?.state.is === 'ready') return { action: 'run', candidate: first };
  const { decide } = await import('../routing/decide.js');
  return decide({
    rules: planned.rules,
    access: planned.access,
    candidates,
    attempts: attempts.flatMap(({ outcome, ...known }) =>
      outcome.failure === null ? [] : [{ ...known, failure: outcome.failure }],
    ),
    fruitlessWaits,
    nowMs: host.clock.now(),
    remainingMs: stop.deadline.remainingMs(),
    random: host.random(),
  });
}

/** Emits the reason of a wait, and waits. */
async function pause(
  { host, stop, attempts, recorder }: Run,
  candidate: CandidateInRun,
  { delayMs, continues }: { delayMs: number; continues: boolean },
): Promise<void> {
  const failed = attempts.findLast((one) => one.candidate === candidate)?.outcome.failure ?? null;
  await recorder.emit({
    type: 'retry.scheduled',
    attempt: attempts.length,
    candidate: namesOf(candidate),
    delayMs,
    at: new Date(host.clock.now() + delayMs).toISOString(),
    reason: failed?.type ?? 'rate_limit',
    detail: failed?.message ?? 'it is cooling down',
    continues,
  });
  await waitFor(delayMs, host.clock, stop.deadline.signal);
}

/** One attempt, from its start until every gate is left; true when it answered. */
async function tryOnce(
  state: Run,
  { files, ...admitted }: AdmittedAttempt & { files: AttemptFiles | null },
): Promise<boolean> {
  const { candidate, n, continued } = admitted;
  const { attempts, gates, recorder } = state;
  await emitFallback(state, candidate);
  const tried = await attempt(state, admitted);
  const kept = files === null ? tried : await files.after(candidate, tried);
  const result = continued === null ? kept : continued.with(kept);
  const { record, outcome, started, active } = result;
  const { responseModel, finishReason, toolSessionId } = outcome;
  await leave(gates, { is: 'over', candidate, attempt: record, started, active });
  await recorder.emit({
    type: 'attempt.finished',
    attempt: n,
    record,
    responseModel,
    finishReason,
    toolSessionId,
  });
  attempts.push(result);
  candidate.state = { is: 'tried' };
  return record.failure === null;
}

/** The session that the last attempt of a candidate left. */
async function sessionOf(state: Run, candidate: CandidateInRun): Promise<Continuation | null> {
  const from = state.attempts.findLast((one) => one.candidate === candidate);
  if (from === undefined) return null;
  const { continuationOf } = await import('./recovery/continue-session.js');
  return continuationOf(state, from);
}

/** Keeps the files before an attempt. */
async function keepFiles(state: Run, input: RunInput, n: number): Promise<AttemptFiles> {
  if (state.files === null) {
    const { guardFiles } = await import('./recovery/run-files.js');
    state.files = guardFiles(state, input);
  }
  return state.files.before(n);
}

async function emitFallback({ attempts, recorder }: Run, to: CandidateInRun): Promise<void> {
  const last = attempts.at(-1);
  const failure = last?.outcome.failure ?? null;
  if (last === undefined || failure === null || last.candidate === to) return;
  const from = namesOf(last.candidate);
  await recorder.emit({ type: 'fallback', attempt: last.record.n, from, to: namesOf(to), failure });
}
