import type { FailureType } from './failure.js';
import type { Access } from './request.js';

/** The rule by which a candidate was chosen. */
export type BecauseRule =
  | 'explicit'
  | 'task_type'
  | 'tier'
  | 'complexity'
  | 'cost_optimization'
  | 'above_threshold'
  | 'preferred'
  | 'tool_switched'
  | 'fallback'
  | 'first_usable';

/** One reason, with the deciding config line (`file:line:column`), if any. */
export interface Because {
  rule: BecauseRule;
  detail: string;
  at: string | null;
}

/** A tool and model that may serve the request, by name. `model` is `null` for a tool that has no models. */
export interface NamedCandidate {
  tool: string;
  model: string | null;
  because: Because[];
}

/** A rejected pair, with the failure type and a hint. */
export interface Rejected {
  /** `null` when a model has no tool that offers it. */
  tool: string | null;
  model: string | null;
  /** The reasons for which it was considered. */
  because: Because[];
  reason: FailureType;
  detail: string;
  hint: string | null;
  at: string | null;
  /** ISO time at which a pair in cooldown may run again. */
  resetAt: string | null;
  phase: 'plan' | 'admit';
  /** The gate that refused; `null`: no such tool, or none for the model. Not part of the documents, like the next two. */
  gate: string | null;
  /** How many candidates of the plan come before it; absent for a refusal during the run. */
  position?: number;
  /** The required variable that is not set. */
  missingVariable?: string;
  /** Names and globs that the policy allows instead. */
  allowed?: readonly string[];
}

/** An option that a candidate's tool does not support. */
export interface Ignored {
  option: string;
  tool: string;
  detail: string;
}

/** The plan by names, for documents, traces and screens: ordered candidates and rejected pairs, with reasons. */
export interface Plan {
  agent: string | null;
  policy: string;
  access: Access;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
  /** No tokenizer makes more of it. */
  mostInputTokens: number;
  candidates: NamedCandidate[];
  rejected: Rejected[];
  ignored: Ignored[];
  /** Warnings for the user. */
  warnings: string[];
}

/** `tool model`; the model only where it says more than the tool. */
export function pairName({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model === tool ? null : model].filter((name) => name !== null).join(' ');
}

/** The plan of a run that has not emitted one yet. */
export const EMPTY_PLAN: Plan = {
  agent: null,
  policy: 'default',
  access: 'read',
  inputTokens: 0,
  mostInputTokens: 0,
  candidates: [],
  rejected: [],
  ignored: [],
  warnings: [],
};
