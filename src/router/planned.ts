import type { Call, Preview, Task } from '../adapters/adapter.js';
import type { ModelConfig, ToolConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import type { Plan, Rejected } from '../domain/plan.js';
import type { Isolation } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { Candidate } from '../gates/candidate.js';
import type { ResolvedRequest } from '../gates/gate.js';
import type { GatewayUse } from '../policy/gateway.js';
import type { Preference } from '../policy/preferred-cost.js';
import type { RetryRules } from '../routing/decision.js';
import type { AnswerCheck } from './attempts/answer-schema.js';

/** A planned request: no name is looked up again after this. */
export interface Planned extends ResolvedRequest {
  /** ULID of the invocation, and the trace it belongs to. */
  id: string;
  traceId: string;
  startedAt: string;
  /** When it was planned, ms since the epoch. */
  nowMs: number;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
  /** No tokenizer makes more of it. */
  mostInputTokens: number;
  /** Its caller has made as many nested calls as it may, which a run finds out again; `null`: it has not. */
  tooMany: Failure | null;
  rules: RetryRules;
  /** It runs in a work tree of its own; `null`: in the user's files. */
  isolation: PlannedIsolation | null;
  /** Checks the answer by the request's schema; `null` without one. */
  checkAnswer: AnswerCheck | null;
  candidates: readonly PlannedCandidate[];
  rejected: readonly PlannedRejection[];
  /** Every model of the config, by name: calls of tools name others than that of their run. */
  catalogue: Readonly<Record<string, ModelConfig>>;
  /** The preferred pair, to compare costs with; `null`: none. */
  preference: Preference | null;
  /** No config was found, so there are only built-in tools. */
  isUnconfigured: boolean;
  /** The plan by names, for documents, traces and screens. Its lists have the order of those above. */
  plan: Plan;
}

/** Whether an attempt of a tool may change files, which are then kept before it. */
export function mayEdit({ access, policy }: Pick<Planned, 'access' | 'policy'>, tool: ToolConfig): boolean {
  if (access !== 'edit' && access !== 'full') return false;
  return policy.recovery.snapshot === 'auto' && (tool.kind === 'command' || tool.kind === 'custom');
}

/** A run in a work tree of its own, in which the working directory of its request is. */
export interface PlannedIsolation extends Isolation {
  /** Folder of all isolated work trees. */
  dir: string;
  /** The user's working directory. */
  cwd: string;
}

/** A candidate with its call. */
export interface PlannedCandidate extends Candidate {
  task: Task;
  /** Whether its calls pass through the router; `null`: it has no gateway. */
  gateway: GatewayUse | null;
  /** The filled command line or request, or the failure before its start. */
  call: Result<Call, Failure>;
}

/** A rejected pair with its reason; `candidate` is `null` if there is no such tool. */
export interface PlannedRejection {
  names: Rejected;
  candidate: PlannedCandidate | null;
}

/** The call of a rejected pair as if its tool were installed; `null`: unknown. */
export function previewOfMissing({ names, candidate }: PlannedRejection): Preview | null {
  if (names.reason !== 'tool_not_found' || candidate === null || !candidate.call.ok) return null;
  return candidate.call.value.preview;
}
