import type { FailureType } from './failure.js';

/** Whether a tool can run here and now. */
export type Availability =
  | { available: true /** Absolute path of the binary; `null` for tools without one. */; path: string | null }
  | { available: false; reason: FailureType; detail: string; hint: string | null };

/** A (tool, model) or a whole tool that is left alone until a time, because of earlier failures. */
export interface Cooldown {
  tool: string;
  /** `null`: every model of the tool. */
  model: string | null;
  reason: FailureType;
  untilMs: number;
}

/** What one budget window holds now, in micro-USD. */
export interface SpendWindow {
  /** How a person names it: `daily`, `monthly`. */
  window: string;
  scope: string;
  hard: boolean;
  limitMicroUsd: number;
  settledMicroUsd: number;
  reservedMicroUsd: number;
  at: string | null;
}

/** What is true now and matters to the choice. A plain value: the plan reads nothing else of the world. */
export interface Facts {
  nowMs: number;
  /** Keyed by tool name; a tool that is missing here counts as not available. */
  tools: Readonly<Record<string, Availability>>;
  cooldowns: readonly Cooldown[];
  /** Windows that apply to this request. */
  spend: readonly SpendWindow[];
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
}
