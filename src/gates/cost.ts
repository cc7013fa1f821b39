import { totalTokens } from '../domain/usage.js';
import { gatewayOf } from '../policy/gateway.js';
import { type RunCost, runCost } from '../policy/run-cost.js';
import type { Candidate } from './candidate.js';
import type { ResolvedRequest } from './gate.js';

/** What a run of a candidate may cost; `capMicroUsd`: the most that it may spend, `null`: no cap. */
export function costOf(
  {
    candidate,
    request,
    agent,
    policy,
    spending,
    facts,
  }: Pick<ResolvedRequest, 'request' | 'agent' | 'spending'> & {
    policy: Pick<ResolvedRequest['policy'], 'gateway'>;
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
    inputTokens: facts.mostInputTokens + sessionTokens(request, candidate) + tokensBeside(request, candidate),
    maxOutputTokens: request.maxTokens ?? agent?.maxTokens ?? model?.maxOutputTokens ?? null,
    capMicroUsd,
    isHeldPerCall: gatewayOf(candidate, { policy, spending })?.isUsed === true,
  });
}

/** The most tokens that an API is sent beside the input: what the tool adds, and the schema again, which may also be in the prompt. */
function tokensBeside({ schema }: ResolvedRequest['request'], { tool }: Pick<Candidate, 'tool'>): number {
  if (tool.kind !== 'http') return 0;
  const hasExtra = Object.keys(tool.extraBody).length > 0;
  return Buffer.byteLength(`${hasExtra ? JSON.stringify(tool.extraBody) : ''}${schema ?? ''}`);
}

/** No model of the catalogue has a larger window. */
const LARGEST_WINDOW = 2_000_000;

/** The most tokens that a continued session adds to the input of an API: all that it has read and written, else a whole window. */
function sessionTokens(
  { resume }: ResolvedRequest['request'],
  { tool, model }: Pick<Candidate, 'tool' | 'model'>,
): number {
  if (tool.kind !== 'http' || resume?.tool !== tool.name) return 0;
  const { usage } = resume.totals;
  const isKnown = usage !== null && usage.inputTokens !== null && usage.outputTokens !== null;
  return isKnown ? totalTokens(usage) : (model?.contextWindow ?? LARGEST_WINDOW);
}
