import type { ModelConfig, RetryPolicy, ToolConfig } from '../config/types.js';
import type { Price } from '../domain/cost.js';
import type { Failure } from '../domain/failure.js';
import type { Access } from '../domain/request.js';

/** The next step: run a candidate now, or after a wait, or end the run. */
export type Decision<C extends RunCandidate> =
  | { action: 'run'; candidate: C }
  /** `continues`: the session of its failed attempt goes on after the wait, instead of a new one. */
  | { action: 'wait'; candidate: C; delayMs: number; continues: boolean }
  | { action: 'stop'; stop: Stop };

/** Why a run ends without an answer. `failure` is `null` when nothing was tried. */
export interface Stop {
  failure: Failure | null;
  /** When a candidate can be tried again, ms since the epoch; `null`: unknown, or it would not help. */
  readyAtMs: number | null;
}

/** State of a candidate in a run. Times are ms since the epoch. */
export type CandidateState =
  /** Not tried yet. */
  | { is: 'ready' }
  /** In a cooldown, or over a limit, until then. */
  | { is: 'cooling'; untilMs: number }
  /** Its tool has no free slot before then, so it is queued. */
  | { is: 'queued'; untilMs: number }
  /** Refused by a gate for the rest of the run. */
  | { is: 'refused' }
  /** Tried, and not refused by a gate since. */
  | { is: 'tried' };

/** A candidate, as far as a decision depends on it. */
export interface RunCandidate {
  tool: Pick<ToolConfig, 'kind' | 'name' | 'retry'>;
  model:
    | (Pick<ModelConfig, 'contextWindow' | 'provider'> & { price: Pick<Price, 'input' | 'output'> | null })
    | null;
  state: CandidateState;
}

/** One attempt that failed. */
export interface FailedAttempt<C extends RunCandidate> {
  candidate: C;
  failure: Failure;
  /** The tool may have changed something, as far as its access allowed it. */
  mayHaveChanged: boolean;
  /** What it left in the files, for the message; `null`: unknown, or nothing. */
  left?: LeftChanges | null;
  /** The tool left a session that it can continue, with the files as they are. */
  canContinue?: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
  /** ms since the epoch. */
  endedMs: number;
}

/** What a failed attempt left in the files, and what to do about it. */
export interface LeftChanges {
  /** `3 files (…)` */
  text: string;
  hint: string;
}

/** The rules of one run. */
export interface RetryRules {
  retry: RetryPolicy;
  /** The retries of the request, for every tool and failure; `null`: not given. */
  maxRetries: number | null;
  autoFallbackOnRateLimit: boolean;
  /** How long to wait beyond `max_delay` when no other candidate is left, ms. */
  patienceMs: number;
  /** How long to wait for the reset of a limit to continue the session of a tool, ms; 0: tools start over. */
  continueWithinMs: number;
}

/** Everything that a decision depends on. */
export interface DecisionInput<C extends RunCandidate> {
  rules: RetryRules;
  access: Access;
  candidates: readonly C[];
  /** Every attempt so far; all failed. */
  attempts: readonly FailedAttempt<C>[];
  /** Waits after which the gates still refused the candidate. */
  fruitlessWaits: number;
  nowMs: number;
  /** Time left for the whole run, ms; `null`: no limit. */
  remainingMs: number | null;
  /** Uniform in [0, 1). */
  random: number;
}
