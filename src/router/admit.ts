import type { Failure } from '../domain/failure.js';
import { NO_FAMILY } from '../domain/family.js';
import type { Rejected } from '../domain/plan.js';
import { namesOf } from '../gates/candidate.js';
import type { AttemptEnd, Entered, Entry, Grant, Refused } from '../gates/gate.js';
import { checkGates, type OpenedGate } from '../gates/gates.js';
import { backoffFor } from '../routing/backoff.js';
import type { Decision, RetryRules } from '../routing/decision.js';
import { answerToCorrect, correctionTexts } from './attempts/task.js';
import { type InputSize, inputSizeOf } from './planning/input-size.js';
import type { CandidateInRun, Run } from './state.js';

/** The input of the admission. */
type AdmissionInput = Pick<Run, 'planned' | 'host' | 'stores' | 'gates' | 'attempts'>;

/** Whether a candidate may run now: all gates were entered, or one refused, or the whole run ends. */
export type Admission = Admitted | (Refused & { gate: string }) | { stop: Failure };

/** An attempt that may start. */
export interface Admitted {
  /** 1 for the first of the invocation. */
  n: number;
  grant: Grant;
}

/**
 * Checks a candidate by the current facts, then enters every gate. Nothing is held while it waits for a slot, and the tool is checked
 * again afterwards.
 */
export async function admit(
  run: AdmissionInput,
  candidate: CandidateInRun,
  mostWaitMs: number,
): Promise<Admission> {
  const { gates } = run;
  const size = sizeOfAttempt(run, candidate);
  const { mostInputTokens } = size;
  const entry: Entry = { n: run.attempts.length + 1, candidate, mostInputTokens, mostWaitMs };
  const refused = await checkNow(run, candidate, size);
  if (refused !== null) return refused;
  let grant: Grant = { maxCostMicroUsd: null, slots: [], calls: null, family: NO_FAMILY };
  for (const step of STEPS)
    for (const { gate, name } of gates) {
      if (gate[step] === undefined) continue;
      const entered = await gate[step](entry);
      const end = await endOf(run, candidate, { entered, gate: name, size });
      if (end !== null) {
        await leave(gates, { is: 'not_started' });
        return end;
      }
      if ('grant' in entered) grant = { ...grant, ...entered.grant };
    }
  return { n: entry.n, grant };
}

/** What every gate does before any gate goes on to the next. */
const STEPS = ['enter', 'confirm'] as const;

/** The refusal or stop of a gate; `null`: the candidate goes on. */
async function endOf(
  run: AdmissionInput,
  candidate: CandidateInRun,
  { entered, gate, size }: { entered: Entered; gate: string; size: InputSize },
): Promise<Exclude<Admission, Admitted> | null> {
  if ('stop' in entered) return entered;
  if ('refusal' in entered) return { ...entered, gate };
  return entered.waited === true ? checkNow(run, candidate, size) : null;
}

/** Leaves every gate, the last one first. */
export async function leave(gates: readonly OpenedGate[], end: AttemptEnd): Promise<void> {
  for (const { gate } of gates.toReversed()) if (gate.leave !== undefined) await gate.leave(end);
}

/** A refusal by name, for documents and the audit log. */
export function rejectedNames(
  candidate: CandidateInRun,
  { refusal, gate }: Refused & { gate: string },
): Rejected {
  return { ...namesOf(candidate), ...refusal, gate, phase: 'admit' };
}

/** Longest wait for a slot that is free at a known time, ms: never longer than the time left for the run. */
export function longestWaitMs(
  { retry, patienceMs }: RetryRules,
  decision: Exclude<Decision<CandidateInRun>, { action: 'stop' }>,
  remainingMs: number | null,
): number {
  const ordinary = backoffFor(retry, 'rate_limit', decision.candidate.tool.retry).maxDelayMs;
  const isLast = decision.action === 'wait' && decision.candidate.state.is === 'queued';
  const most = isLast ? Math.max(ordinary, patienceMs) : ordinary;
  return remainingMs === null ? most : Math.min(most, remainingMs - 1);
}

/** The size of what the next attempt sends: a correction is longer than the request. */
function sizeOfAttempt({ planned, attempts }: AdmissionInput, candidate: CandidateInRun): InputSize {
  const rejected = answerToCorrect(attempts, candidate);
  if (rejected === null) return planned;
  const { answer, order } = correctionTexts(rejected);
  const added = inputSizeOf([answer, order]);
  return {
    inputTokens: planned.inputTokens + added.inputTokens,
    mostInputTokens: planned.mostInputTokens + added.mostInputTokens,
  };
}

/** The checks of planning, by the current facts. */
async function checkNow(
  { planned, host, stores, attempts }: AdmissionInput,
  candidate: CandidateInRun,
  { inputTokens, mostInputTokens }: InputSize,
): Promise<(Refused & { gate: string }) | null> {
  // A retry ignores the cooldown that the run's own failure has started.
  const isRetry = attempts.some((attempt) => attempt.candidate === candidate);
  const { cooldowns } = isRetry ? { cooldowns: [] } : await stores.cooldowns.read();
  const nowMs = host.clock.now();
  // Spend is checked when it is reserved, on the sums of that moment.
  const facts = { nowMs, inputTokens, mostInputTokens, cooldowns, spend: [], spendTrouble: null };
  const { request, agent, policy, access, spending } = planned;
  const found = checkGates({ request, agent, policy, access, spending, candidate, facts });
  if (found === null) return null;
  const { gate, ...refusal } = found;
  return { refusal, gate };
}
