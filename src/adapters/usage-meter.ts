import type { Usage } from '../domain/usage.js';
import type { AdapterEvent } from './adapter.js';

/** What a tool or provider has reported of a run that goes on. */
export interface ToldSoFar {
  usage: Usage | null;
  /** Its own figure, micro-USD. */
  costMicroUsd: number | null;
  /** It lacks a part of what the run has used: good enough to be shown, and for nothing else. */
  isPartial: boolean;
  isAnswered: boolean;
}

/** Reports the usage of a run whenever it changes; unless it is wanted, never. */
export function usageMeter(
  { tellsUsage }: { tellsUsage: boolean },
  told: () => ToldSoFar,
): () => AdapterEvent[] {
  if (!tellsUsage) return () => [];
  let reported = '';
  return () => {
    const { usage, costMicroUsd: reportedCostMicroUsd, isPartial, isAnswered } = told();
    // Usage that arrives with the answer is settled with it: ending the tool now would save nothing and lose the answer.
    if (isAnswered) return [];
    const now = JSON.stringify([usage, reportedCostMicroUsd]);
    if ((usage === null && reportedCostMicroUsd === null) || now === reported) return [];
    reported = now;
    return [{ type: 'usage', usage, reportedCostMicroUsd, isPartial }];
  };
}
