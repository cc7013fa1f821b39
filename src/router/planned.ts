import type { Call, Preview, Task } from '../adapters/adapter.js';
import type { Failure } from '../domain/failure.js';
import type { Plan, Rejected } from '../domain/plan.js';
import type { Result } from '../domain/result.js';
import type { Candidate } from '../gates/candidate.js';
import type { ResolvedRequest } from '../gates/gate.js';
import type { Preference } from '../policy/preferred-cost.js';
import type { RetryRules } from '../routing/decision.js';
import type { AnswerCheck } from './answer-schema.js';

/** A request with everything that was decided about it: no name is looked up again after this. */
export interface Planned extends ResolvedRequest {
  /** ULID of the invocation, and the trace it belongs to. */
  id: string;
  traceId: string;
  startedAt: string;
  /** When it was planned, ms since the epoch. */
  nowMs: number;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
  rules: RetryRules;
  /** Checks the answer by the request's schema; `null` without one. */
  checkAnswer: AnswerCheck | null;
  candidates: readonly PlannedCandidate[];
  rejected: readonly PlannedRejection[];
  /** What the agent prefers, to compare costs with; `null`: nothing. */
  preference: Preference | null;
  /** No config was found: the built-in tools are all there is. */
  isUnconfigured: boolean;
  /** The decision by name: what documents, traces and screens show. Its lists are in the order of those above. */
  plan: Plan;
}

/** A candidate with what it would run. */
export interface PlannedCandidate extends Candidate {
  task: Task;
  /** The command line or request, filled in; or why its run would end before it starts. */
  call: Result<Call, Failure>;
}

/** What may not run, and why; `candidate` is `null` where there is no such tool. */
export interface PlannedRejection {
  names: Rejected;
  candidate: PlannedCandidate | null;
}

/** What would run for a rejected pair if its tool were there; `null` where nothing can be said. */
export function previewOfMissing({ names, candidate }: PlannedRejection): Preview | null {
  if (names.reason !== 'tool_not_found' || candidate === null || !candidate.call.ok) return null;
  return candidate.call.value.preview;
}
