import type { Failure } from '../domain/failure.js';
import type { Candidate, Rejected } from '../domain/plan.js';
import type { SlotAdmission, SlotAsking } from '../gates/slots.js';
import { backoffFor } from '../routing/backoff.js';
import type { Decision, RetryRules } from '../routing/decide.js';
import type { Prepared } from './attempt.js';
import { corrected } from './correction.js';
import { pair } from './debug.js';
import type { Progress, RunDeps, Unpaid } from './run.js';
import { type Runner, refusedRunner } from './standings.js';

/** The candidate that a decision has named. */
interface Entering {
  decision: Exclude<Decision, { action: 'stop' }>;
  runner: Runner;
}

/** Somebody who may run; or who may not; or the run ends. */
type Entered = Prepared | Refused | { stop: Failure };

interface Refused {
  rejected: Rejected;
  /** Others come first: it is waited for in their queue. */
  queues: boolean;
}

/**
 * What a candidate runs, once the gates, its tool's limits and the account let it in; `null`: it was refused, which is kept among
 * the rejected. It has its slot, and what it may cost is held, from here on.
 */
export async function admitted(
  deps: RunDeps,
  progress: Progress,
  entering: Entering,
): Promise<Prepared | { stop: Failure } | null> {
  const { decision, runner } = entering;
  const entered = await enter(deps, progress, entering);
  deps.debug?.('admission', admissionFields(entered, runner.candidate));
  if (!('rejected' in entered)) {
    progress.runners[decision.index] = { ...runner, queues: false };
    return entered;
  }
  await deps.slots.end();
  const { rejected, queues } = entered;
  progress.refused.push(rejected);
  await deps.audit([rejected]);
  progress.runners[decision.index] = refusedRunner(runner, rejected, queues);
  if (decision.action === 'wait') progress.fruitlessWaits++;
  return null;
}

/** For the debug log. */
function admissionFields(entered: Entered, candidate: Candidate): Readonly<Record<string, unknown>> {
  const known = { pair: pair(candidate) };
  if ('stop' in entered) return { ...known, result: 'stop', failure: entered.stop.type };
  if (!('rejected' in entered)) return { ...known, result: 'admitted' };
  const { reason, detail } = entered.rejected;
  return { ...known, result: entered.queues ? 'queued' : 'refused', reason, detail };
}

/** Gates, slot, money, in this order: nothing is held while it waits, and what became of the tool in the meantime counts. */
async function enter(deps: RunDeps, progress: Progress, entering: Entering): Promise<Entered> {
  const { decision, runner } = entering;
  const { candidate } = runner;
  const again = progress.tried.some(({ index }) => index === decision.index);
  const gate = () => deps.admit(candidate, { again });
  const mostWaitMs = longestWaitMs(deps.rules, {
    isPatient: decision.action === 'wait' && runner.queues,
    remainingMs: deps.context.deadline.remainingMs(),
  });
  const asking: SlotAsking = { n: progress.tried.length + 1, candidate, mostWaitMs };
  const refused = await gate();
  if (refused !== null) return { rejected: refused, queues: false };
  const slot = await deps.slots.take(asking);
  if (!('waited' in slot)) return turnedAway(candidate, slot);
  const late = slot.waited ? await gate() : null;
  if (late !== null) return { rejected: late, queues: false };
  const paid = await paidFor(deps, progress, { decision, candidate });
  if (!('ticket' in paid)) return paid;
  const lost = await deps.slots.begin(asking);
  if (lost === null)
    return { ...paid, task: { ...paid.task, ids: { ...paid.task.ids, slots: deps.slots.shared } } };
  await deps.account.release(paid.ticket);
  return turnedAway(candidate, lost);
}

/** With nobody else left a caller may be more patient than an ordinary retry. No wait is worth it that the run cannot see the end of. */
function longestWaitMs(
  { retry, patienceMs }: RetryRules,
  { isPatient, remainingMs }: { isPatient: boolean; remainingMs: number | null },
): number {
  const ordinary = backoffFor(retry, 'rate_limit').maxDelayMs;
  const most = isPatient ? Math.max(ordinary, patienceMs) : ordinary;
  return remainingMs === null ? most : Math.min(most, remainingMs - 1);
}

function turnedAway(
  candidate: Candidate,
  admission: Exclude<SlotAdmission, { waited: boolean }>,
): Refused | { stop: Failure } {
  if ('stop' in admission) return admission;
  const rejected: Rejected = { ...candidate, ...admission.refusal, reason: 'rate_limit', phase: 'admit' };
  return { rejected, queues: true };
}

async function paidFor(
  deps: RunDeps,
  progress: Progress,
  { decision, candidate }: { decision: { index: number }; candidate: Candidate },
): Promise<Entered> {
  const prepared = prepare(deps, progress, { candidate, index: decision.index });
  const { task, billing } = prepared;
  const admission = await deps.account.admit({
    n: progress.tried.length + 1,
    tool: candidate.tool,
    kind: task.tool.kind,
    model: candidate.model,
    billing,
    price: task.model?.price ?? null,
    maxOutputTokens: task.maxTokens ?? task.model?.maxOutputTokens ?? null,
  });
  if ('stop' in admission) return admission;
  if ('refusal' in admission)
    return { rejected: { ...candidate, ...admission.refusal, phase: 'admit' }, queues: false };
  const { ticket } = admission;
  return { ...prepared, ticket, task: { ...task, maxCostMicroUsd: ticket.capMicroUsd } };
}

/** The task of a candidate; after an answer that broke its schema, with what was wrong about it. */
function prepare(
  deps: RunDeps,
  { tried }: Progress,
  { candidate, index }: { candidate: Candidate; index: number },
): Unpaid {
  const turn = tried.filter(({ record }) => record.tool === candidate.tool).length;
  const prepared = deps.prepare(candidate, turn);
  const last = tried.at(-1);
  if (last?.index !== index || last.outcome.failure?.type !== 'contract_violation') return prepared;
  return { ...prepared, task: { ...prepared.task, ...corrected(prepared.task, last.outcome) } };
}
