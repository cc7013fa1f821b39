import type { ToolConfig } from '../config/types.js';
import { type Billing, type Price, priceAt } from '../domain/cost.js';
import { dollars } from '../domain/money.js';

/** Bounds of the cost of one run. */
export interface RunCost {
  billing: Billing;
  /** At most, micro-USD; `null` when nothing bounds it. */
  worstMicroUsd: number | null;
  /** At least: what the input costs; `null` without a price. */
  inputMicroUsd: number | null;
  /** What is missing for an upper bound. */
  missing: 'price' | 'cap' | 'output_limit' | null;
  model: string | null;
  /** Its calls pass through the router: each of them reserves its own worst case, and the run nothing. */
  isHeldPerCall: boolean;
}

/**
 * Bounds the cost of a run: for a command the cap, since its number of calls is unknown; for an API the input and the longest answer at
 * catalogue price, never above the cap. Tools not billed per token cost nothing.
 */
export function runCost(run: {
  kind: ToolConfig['kind'];
  billing: Billing;
  model: string | null;
  price: Price | null;
  /** At most. */
  inputTokens: number;
  maxOutputTokens: number | null;
  capMicroUsd: number | null;
  isHeldPerCall: boolean;
}): RunCost {
  const { billing, model, price, capMicroUsd, maxOutputTokens, isHeldPerCall } = run;
  if (billing !== 'api')
    return { billing, worstMicroUsd: 0, inputMicroUsd: 0, missing: null, model, isHeldPerCall: false };
  const step = price === null ? null : priceAt(price, run.inputTokens);
  const inputMicroUsd = step === null ? null : Math.ceil(run.inputTokens * step.input);
  const known = { billing, model, inputMicroUsd, isHeldPerCall };
  if (step === null && (model !== null || run.kind !== 'command'))
    return { ...known, worstMicroUsd: capMicroUsd, missing: 'price' };
  if (isHeldPerCall) return { ...known, worstMicroUsd: capMicroUsd, missing: null };
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

/** A finished run, as far as its counted cost depends on it. */
export interface EndedRun {
  /** The tool had been started. */
  started: boolean;
  /** It had shown output or activity. */
  active: boolean;
  /** The failure's type; `null`: it answered. */
  failure: string | null;
  billing: Billing;
  /** The known charge; `null`: unknown. */
  chargedMicroUsd: number | null;
  /** Whether a part of the cost is unknown. */
  isPartial: boolean;
  /** The highest cost reported while it ran. */
  seenMicroUsd: number;
  /** `null`: nothing was reserved. */
  reservedMicroUsd: number | null;
}

/**
 * The counted cost of a finished run, micro-USD. If its cost is unknown: zero when it was not started or was rejected before
 * working, the reported cost when it was ended early, else the whole reservation.
 */
export function countedMicroUsd(run: EndedRun): number {
  if (run.billing !== 'api' || !run.started) return 0;
  if (run.isPartial) return Math.max(run.chargedMicroUsd ?? 0, run.seenMicroUsd, run.reservedMicroUsd ?? 0);
  if (run.chargedMicroUsd !== null) return run.chargedMicroUsd;
  if (run.seenMicroUsd > 0) return run.seenMicroUsd;
  if (!run.active && TURNED_AWAY.includes(run.failure ?? '')) return 0;
  return run.reservedMicroUsd ?? 0;
}

/** Failures that cost nothing if the tool had shown nothing yet. */
const TURNED_AWAY = ['authentication', 'tool_not_found', 'model_not_found'];

/** The estimated cost of a run, for people. */
export function costWords({ worstMicroUsd, inputMicroUsd, isHeldPerCall }: RunCost): string {
  if (worstMicroUsd !== null) return `Estimated cost of this run: at most ${dollars(worstMicroUsd)}`;
  if (isHeldPerCall)
    return 'Estimated cost of this run: unknown, and each of its calls is held to the limits';
  if (inputMicroUsd === null) return 'Estimated cost of this run: unknown, and nothing bounds it';
  return `Estimated cost of this run: ${dollars(inputMicroUsd)} for its input, and nothing bounds the rest`;
}
