import type { Billing, Price } from '../domain/cost.js';
import { toUsd } from '../domain/cost.js';
import type { SpendWindow } from '../domain/facts.js';
import type { Refusal } from './governance.js';

/** What one run can cost at most, in micro-USD; `null` when there is no price or no bound on the output. */
export function worstCaseMicroUsd(input: {
  inputTokens: number;
  maxOutputTokens: number | null;
  price: Price | null;
}): number | null {
  const { inputTokens, maxOutputTokens, price } = input;
  if (price === null || maxOutputTokens === null) return null;
  const step = price.above.filter((tier) => inputTokens > tier.inputTokens).at(-1) ?? price;
  return Math.ceil(inputTokens * step.input + maxOutputTokens * step.output);
}

/**
 * Whether a run fits into every hard window; `null` is yes. Subscriptions and free tools are never blocked by dollars. Under a
 * hard limit a run without a known worst case is refused.
 */
export function checkBudget(
  windows: readonly SpendWindow[],
  run: { billing: Billing; worstCaseMicroUsd: number | null },
): Refusal | null {
  if (run.billing !== 'api') return null;
  for (const window of windows.filter((candidate) => candidate.hard)) {
    const used = window.settledMicroUsd + window.reservedMicroUsd;
    if (run.worstCaseMicroUsd === null) {
      return refusal(
        window,
        `the ${window.window} budget is hard and this model has no price`,
        'add `cost_per_1m_tokens` to the model',
      );
    }
    if (used + run.worstCaseMicroUsd > window.limitMicroUsd) {
      const [spent, limit, worst] = [used, window.limitMicroUsd, run.worstCaseMicroUsd].map(
        (sum) => `$${toUsd(sum).toFixed(2)}`,
      );
      return refusal(
        window,
        `${spent} of ${limit} (${window.window}) is used and this run may cost ${worst}`,
        'raise the limit, or wait until 00:00 UTC',
      );
    }
  }
  return null;
}

function refusal(window: SpendWindow, detail: string, hint: string): Refusal {
  return { detail: `Budget exceeded: ${detail}`, hint, at: window.at };
}
