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
      /** The required variable that is not set; absent: something else is missing. */
      missingVariable?: string;
    };

/** A pair of tool and model, or a whole tool, that is not started until a time, because of earlier failures. */
export interface Cooldown {
  tool: string;
  /** `null`: every model of the tool. */
  model: string | null;
  reason: FailureType;
  untilMs: number;
}

/** A spending limit that applies to a request. */
export interface SpendLimit {
  /** Its display name; `family` is the cap of an outer run, which counts all runs nested in that. */
  window: 'daily' | 'monthly' | 'family';
  /** Its config key: `daily_usd`. */
  key: string;
  /** Its scope in the ledger. */
  scope: string;
  /** The display name of the scope; empty for all runs. */
  of: string;
  /** Its UTC day (`2026-11-20`) or month (`2026-11`). */
  period: string;
  /** End of that period, ms since the epoch. */
  endsAtMs: number;
  isHard: boolean;
  limitMicroUsd: number;
  /** Share of the limit at which it warns. */
  thresholdPercent: number;
  /** Its config line. */
  at: string | null;
  /** The run whose cap it is, of a `family`. */
  familyOf?: string;
}

/** A limit of a budget. */
export interface BudgetLimit extends SpendLimit {
  window: 'daily' | 'monthly';
}

/** A limit with the money that counts against it now, in micro-USD. */
export interface SpendWindow extends SpendLimit {
  settledMicroUsd: number;
  reservedMicroUsd: number;
  /** The part of `reservedMicroUsd` that an outer run has reserved and that this one may take over, where it suffices. */
  drawableMicroUsd: number;
}

/** A run with a slot, or waiting for one. */
export interface SlotHolder {
  tool: string;
  isWaiting: boolean;
  sinceMs: number;
  pid: number;
  host: string;
}

/** The runs of a tool now, and its recent starts. */
export interface ToolUse {
  holders: readonly SlotHolder[];
  startsInMinute: number;
  startsInHour: number;
}

/** The current state that a plan depends on, as a plain value: the plan reads nothing else. */
export interface Facts {
  nowMs: number;
  /** Keyed by tool name; a missing tool counts as unavailable. */
  tools: Readonly<Record<string, Availability>>;
  cooldowns: readonly Cooldown[];
  /** The billing of each tool, by name. */
  billing: Readonly<Record<string, Billing>>;
  /** Spending limits of this request, with the money that counts against them now. */
  spend: readonly SpendWindow[];
  /** Why the spend under a hard limit is unknown; `null`: it is known, or no hard limit applies. */
  spendTrouble: { detail: string; hint: string | null; at: string | null } | null;
  /** Estimated tokens of the whole input, system included. */
  inputTokens: number;
  /** No tokenizer makes more of it. */
  mostInputTokens: number;
}
