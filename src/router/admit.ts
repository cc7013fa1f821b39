import type { Failure } from '../domain/failure.js';
import type { Rejected } from '../domain/plan.js';
import { namesOf } from '../gates/candidate.js';
import type { AttemptEnd, Entered, Entry, Grant, OpenGate, Refused } from '../gates/gate.js';
import { checkGates } from '../gates/gates.js';
import { backoffFor } from '../routing/backoff.js';
import type { Decision, RetryRules } from '../routing/decision.js';
import type { Contender, Run } from './state.js';

/** The part of a run that decides whether a candidate may run. */
type AdmissionInput = Pick<Run, 'planned' | 'host' | 'stores' | 'gates' | 'attempts'>;

/** Whether a candidate may run now: every gate is entered; or one refused; or the whole run ends. */
export type Admission = Admitted | (Refused & { gate: string }) | { stop: Failure };

/** An attempt that may start. */
export interface Admitted {
  /** 1 for the first of the invocation. */
  n: number;
  grant: Grant;
}

/**
 * Checks a candidate by what is true now, then lets it enter every gate. Nothing is held while it waits for a slot, and what became of
 * the tool in the meantime counts.
 */
export async function admit(
  run: AdmissionInput,
  candidate: Contender,
  mostWaitMs: number,
): Promise<Admission> {
  const { gates } = run;
  const entry: Entry = { n: run.attempts.length + 1, candidate, mostWaitMs };
  const refused = await checkNow(run, candidate);
  if (refused !== null) return refused;
  let grant: Grant = { maxCostMicroUsd: null, slots: [] };
  const steps = [
    ...gates.map((gate) => [gate, 'enter'] as const),
    ...gates.map((gate) => [gate, 'confirm'] as const),
  ];
  for (const [gate, step] of steps) {
    const entered = (await gate[step]?.(entry)) ?? { grant: {} };
    const end = await endOf(run, candidate, { entered, gate: gate.name });
    if (end !== null) {
      await leave(gates, { is: 'not_started' });
      return end;
    }
    if ('grant' in entered) grant = { ...grant, ...entered.grant };
  }
  return { n: entry.n, grant };
}

/** Why a candidate may not go on after a gate; `null`: it may. */
async function endOf(
  run: AdmissionInput,
  candidate: Contender,
  { entered, gate }: { entered: Entered; gate: string },
): Promise<Exclude<Admission, Admitted> | null> {
  if ('stop' in entered) return entered;
  if ('refusal' in entered) return { ...entered, gate };
  return entered.waited === true ? checkNow(run, candidate) : null;
}

/** Leaves every gate, the last one first. */
export async function leave(gates: readonly OpenGate[], end: AttemptEnd): Promise<void> {
  for (const gate of [...gates].reverse()) await gate.leave?.(end);
}

/** A refusal by name, for documents and the audit log. */
export function rejectedNames(candidate: Contender, { refusal, gate }: Refused & { gate: string }): Rejected {
  return { ...namesOf(candidate), ...refusal, gate, phase: 'admit' };
}

/** How long a run waits for a slot that is free at a known time, ms: never longer than it has left itself. */
export function longestWaitMs(
  { retry, patienceMs }: RetryRules,
  decision: Exclude<Decision<Contender>, { action: 'stop' }>,
  remainingMs: number | null,
): number {
  const ordinary = backoffFor(retry, 'rate_limit', decision.candidate.tool.retry).maxDelayMs;
  const isLast = decision.action === 'wait' && decision.candidate.state.is === 'queued';
  const most = isLast ? Math.max(ordinary, patienceMs) : ordinary;
  return remainingMs === null ? most : Math.min(most, remainingMs - 1);
}

/** The checks of planning, by what is true now. */
async function checkNow(
  { planned, host, stores, attempts }: AdmissionInput,
  candidate: Contender,
): Promise<(Refused & { gate: string }) | null> {
  // A run that has tried a candidate retries it whatever cooldown its own failure has started.
  const isRetry = attempts.some((attempt) => attempt.candidate === candidate);
  const { cooldowns } = isRetry ? { cooldowns: [] } : await stores.cooldowns.read();
  const { inputTokens } = planned;
  // What may be spent is checked where it is reserved, on the sums of that moment.
  const facts = { nowMs: host.clock.now(), inputTokens, cooldowns, spend: [], spendTrouble: null };
  const found = checkGates({ ...planned, candidate, facts });
  if (found === null) return null;
  const { gate, ...refusal } = found;
  return { refusal, gate };
}
