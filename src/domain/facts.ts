import type { Billing } from './cost.js';
import type { FailureType } from './failure.js';

/** Whether a tool can run here and now. */
export type Availability =
  | { available: true /** Absolute path of the binary; `null` for tools without one. */; path: string | null }
  | {
      available: false;
      reason: FailureType;
      detail: string;
      hint: string | null;
      /** The variable that it needs and that is not set; absent: something else is missing. */
      missingVariable?: string;
    };

/** A (tool, model) or a whole tool that is left alone until a time, because of earlier failures. */
export interface Cooldown {
  tool: string;
  /** `null`: every model of the tool. */
  model: string | null;
  reason: FailureType;
  untilMs: number;
}

/** One limit of spending that a request is under. */
export interface SpendLimit {
  /** How a person names it. */
  window: 'daily' | 'monthly';
  /** The key that states it: `daily_usd`. */
  key: string;
  /** What is counted together, as the ledger names it. */
  scope: string;
  /** And as a person does; empty for all runs. */
  of: string;
  /** The UTC day (`2026-11-20`) or month (`2026-11`) that it is about. */
  period: string;
  /** When that is over, ms since the epoch. */
  endsAtMs: number;
  isHard: boolean;
  limitMicroUsd: number;
  /** Share of the limit from which on a person is told. */
  thresholdPercent: number;
  /** The config line that states it. */
  at: string | null;
}

/** A limit with what counts against it now, in micro-USD. */
export interface SpendWindow extends SpendLimit {
  settledMicroUsd: number;
  reservedMicroUsd: number;
}

/** Somebody who has a slot or waits for one. */
export interface SlotHolder {
  tool: string;
  isWaiting: boolean;
  sinceMs: number;
  pid: number;
  host: string;
}

/** Who uses a tool now, and how often it was started lately. */
export interface ToolUse {
  holders: readonly SlotHolder[];
  startsInMinute: number;
  startsInHour: number;
}

/** What is true now and matters to the choice. A plain value: the plan reads nothing else of the world. */
export interface Facts {
  nowMs: number;
  /** Keyed by tool name; a tool that is missing here counts as not available. */
  tools: Readonly<Record<string, Availability>>;
  cooldowns: readonly Cooldown[];
  /** Who pays for each tool, by name. */
  billing: Readonly<Record<string, Billing>>;
  /** Limits of spending that apply to this request, with what counts against them now. */
  spend: readonly SpendWindow[];
  /** Why nobody can look up what counts against a hard limit; `null`: it was looked up, or no hard limit applies. */
  spendTrouble: { detail: string; hint: string | null; at: string | null } | null;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
}
