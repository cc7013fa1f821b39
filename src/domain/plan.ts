import type { FailureType } from './failure.js';
import type { Access } from './request.js';

/** Why a candidate was chosen; the rules of the contract, section 4. */
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

/** One reason, with the config line that decided (`file:line:column`), if a line did. */
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

/** A pair that may not, the failure type that says why, and the way out. */
export interface Rejected {
  /** `null` when a model has no tool that offers it. */
  tool: string | null;
  model: string | null;
  /** Why it would have been a candidate. */
  because: Because[];
  reason: FailureType;
  detail: string;
  hint: string | null;
  at: string | null;
  /** ISO time from which on it may run again, for a pair that cools down. */
  resetAt: string | null;
  phase: 'plan' | 'admit';
  /** The gate that refused; `null`: no such tool, or none for the model. Like the next two not part of the documents. */
  gate: string | null;
  /** The variable that the tool needs and that is not set. */
  missingVariable?: string;
  /** Names and globs that the policy allows instead. */
  allowed?: readonly string[];
}

/** An option that a candidate's tool has no place for. */
export interface Ignored {
  option: string;
  tool: string;
  detail: string;
}

/** The decision by name, for documents, traces and screens: ordered candidates with reasons, and what was rejected. */
export interface Plan {
  agent: string | null;
  policy: string;
  access: Access;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
  candidates: NamedCandidate[];
  rejected: Rejected[];
  ignored: Ignored[];
  /** What a person should know although the run goes on. */
  warnings: string[];
}
