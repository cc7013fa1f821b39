import type { ToolConfig } from '../config/types.js';
import { type Billing, type Price, priceAt } from '../domain/cost.js';
import { dollars } from '../domain/money.js';

/** What one run may cost. */
export interface RunCost {
  billing: Billing;
  /** At most, micro-USD; `null` when nothing bounds it. */
  worstMicroUsd: number | null;
  /** At least: what the input costs; `null` without a price. */
  inputMicroUsd: number | null;
  /** What is missing to know the most. */
  missing: 'price' | 'cap' | 'output_limit' | null;
  model: string | null;
}

/**
 * What a run may cost: of a command the cap, since nobody knows how often it calls; of an API the input and the longest answer at
 * catalogue price, never above the cap. What nobody pays per token for costs nothing.
 */
export function runCost(run: {
  kind: ToolConfig['kind'];
  billing: Billing;
  model: string | null;
  price: Price | null;
  inputTokens: number;
  maxOutputTokens: number | null;
  capMicroUsd: number | null;
}): RunCost {
  const { billing, model, price, capMicroUsd, maxOutputTokens } = run;
  if (billing !== 'api') return { billing, worstMicroUsd: 0, inputMicroUsd: 0, missing: null, model };
  const step = price === null ? null : priceAt(price, run.inputTokens);
  const inputMicroUsd = step === null ? null : Math.ceil(run.inputTokens * step.input);
  const known = { billing, model, inputMicroUsd };
  if (step === null && (model !== null || run.kind !== 'command'))
    return { ...known, worstMicroUsd: capMicroUsd, missing: 'price' };
  if (run.kind === 'command')
    return { ...known, worstMicroUsd: capMicroUsd, missing: capMicroUsd === null ? 'cap' : null };
  if (maxOutputTokens === null)
    return { ...known, worstMicroUsd: capMicroUsd, missing: capMicroUsd === null ? 'output_limit' : null };
  const worst = (inputMicroUsd ?? 0) + Math.ceil(maxOutputTokens * (step?.output ?? 0));
  return {
    ...known,
    worstMicroUsd: capMicroUsd === null ? worst : Math.min(worst, capMicroUsd),
    missing: null,
  };
}

/** What ended without a known cost, as far as it matters to what counts. */
export interface EndedRun {
  /** The tool had been started. */
  started: boolean;
  /** It had shown output or activity. */
  active: boolean;
  /** The failure's type; `null`: it answered. */
  failure: string | null;
  billing: Billing;
  /** What was charged, as far as it is known; `null`: unknown. */
  chargedMicroUsd: number | null;
  /** A part of the cost is not known. */
  isPartial: boolean;
  /** The highest cost that was seen while it ran. */
  seenMicroUsd: number;
  /** `null`: nothing was reserved. */
  reservedMicroUsd: number | null;
}

/**
 * What counts of a run that is over, micro-USD: its cost. Where nobody knows it: nothing for one that was not started or was turned
 * away before it worked, else what was seen of one that was ended, else all that was reserved.
 */
export function countedMicroUsd(run: EndedRun): number {
  if (run.billing !== 'api' || !run.started) return 0;
  if (run.isPartial) return Math.max(run.chargedMicroUsd ?? 0, run.seenMicroUsd, run.reservedMicroUsd ?? 0);
  if (run.chargedMicroUsd !== null) return run.chargedMicroUsd;
  if (run.seenMicroUsd > 0) return run.seenMicroUsd;
  if (!run.active && TURNED_AWAY.includes(run.failure ?? '')) return 0;
  return run.reservedMicroUsd ?? 0;
}

/** Failures of which a tool that had shown nothing yet paid nothing. */
const TURNED_AWAY = ['authentication', 'tool_not_found', 'model_not_found'];

/** What a run may cost, as a person is told before it starts. */
export function costWords({ worstMicroUsd, inputMicroUsd }: RunCost): string {
  if (worstMicroUsd !== null) return `Estimated cost of this run: at most ${dollars(worstMicroUsd)}`;
  if (inputMicroUsd === null) return 'Estimated cost of this run: unknown, and nothing bounds it';
  return `Estimated cost of this run: ${dollars(inputMicroUsd)} for its input, and nothing bounds the rest`;
}
