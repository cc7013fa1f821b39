import type { Billing } from '../../domain/cost.js';
import type { Because } from '../../domain/plan.js';

/** A pair that may serve a request, as a routing policy sees it. */
export interface RoutingCandidate {
  readonly tool: string;
  /** `null` for a tool without models. */
  readonly model: string | null;
  /** Of the model, by the catalogue; `null`: unknown. */
  readonly provider: string | null;
  readonly billing: Billing;
  readonly because: readonly Because[];
  /** ISO time at which its cooldown ends; `null`: it is ready. */
  readonly readyAt: string | null;
}

/** What a routing policy decides by. */
export interface RoutingInput {
  readonly agent: string | null;
  readonly task: string | null;
  readonly session: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Estimated tokens of the whole input. */
  readonly inputTokens: number;
}

/**
 * Reorders the candidates of a request, and leaves out those that must not run. It gets only those that all rules of the config allow,
 * and each is checked again before it runs.
 */
export type RoutingPolicy = (
  candidates: readonly RoutingCandidate[],
  input: RoutingInput,
) => readonly RoutingCandidate[] | Promise<readonly RoutingCandidate[]>;
