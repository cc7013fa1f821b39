import { type RunCost, runCost } from '../policy/run-cost.js';
import type { Candidate } from './candidate.js';
import type { ResolvedRequest } from './gate.js';

/** What a run of a candidate may cost; `capMicroUsd`: the most that it may spend, `null`: no cap. */
export function costOf(
  {
    candidate,
    request,
    agent,
    facts,
  }: Pick<ResolvedRequest, 'request' | 'agent'> & {
    candidate: Pick<Candidate, 'tool' | 'modelName' | 'model' | 'billing'>;
    facts: { mostInputTokens: number };
  },
  capMicroUsd: number | null,
): RunCost {
  const { tool, modelName, model, billing } = candidate;
  return runCost({
    kind: tool.kind,
    billing,
    model: modelName,
    price: model?.price ?? null,
    inputTokens: facts.mostInputTokens,
    maxOutputTokens: request.maxTokens ?? agent?.maxTokens ?? model?.maxOutputTokens ?? null,
    capMicroUsd,
  });
}
