import type { Billing, Cost, CostBasis } from './cost.js';
import type { Failure, FailureType } from './failure.js';
import type { NamedUsage, Usage } from './usage.js';

/**
 * What became of a candidate of a race: its change passed verification; it answered, where nothing verifies; it failed, verification included; it
 * was ended, since another one had passed or the race was; or it was never started.
 */
export const CANDIDATE_RESULTS = ['passed', 'answered', 'failed', 'ended', 'not_started'] as const;
export type CandidateResult = (typeof CANDIDATE_RESULTS)[number];

/** All at once, as far as that is allowed, or the cheapest first and the next after a failure. */
export const RACE_MODES = ['parallel', 'cascade'] as const;
export type RaceMode = (typeof RACE_MODES)[number];

/** What became of the change of the picked candidate: in the files, in conflict with them, without anything to do, or not written. */
export const APPLIED = ['applied', 'conflict', 'nothing', 'not_written'] as const;
export type Applied = (typeof APPLIED)[number];

/** How the command that judges a change has ended. */
export interface Verification {
  /** `null`: it was ended, or not started. */
  exitCode: number | null;
  latencyMs: number;
}

/** One candidate of a race, and how it fared. */
export interface RaceCandidate {
  /** Its invocation. */
  id: string;
  tool: string | null;
  model: string | null;
  result: CandidateResult;
  failure: Failure | null;
  usage: Usage | null;
  cost: Cost | null;
  /** From its start to its answer, ms; `null`: it was not started. */
  latencyMs: number | null;
  /** The command that judged its change; `null`: it did not come to that. */
  verification: Verification | null;
  /** `null`: none is kept. */
  changes: { files: number; linesAdded: number; linesRemoved: number } | null;
}

/** A race: what decided it, its candidates in the order in which they were to start, and the picked one. */
export interface RaceSummary {
  mode: RaceMode;
  /** The most at once. */
  parallel: number;
  /** The command that judges; `null`: a person picks. */
  verify: string | null;
  /** The time limit of one verification, ms; `null`: a person picks. */
  verifyTimeoutMs: number | null;
  /** The most that all may cost together, micro-USD; `null`: no cap. */
  capMicroUsd: number | null;
  /** `null`: none was picked. */
  winnerId: string | null;
  applied: Applied | null;
  candidates: readonly RaceCandidate[];
}

/** One candidate in the document of a race. */
export interface RaceCandidateDocument {
  id: string;
  tool: string | null;
  model: string | null;
  result: CandidateResult;
  usage: (NamedUsage & { total_tokens: number }) | null;
  cost: { usd: number | null; list_usd: number | null; basis: CostBasis; billing: Billing } | null;
  latency_ms: number | null;
  verification: { exit_code: number | null; latency_ms: number } | null;
  changes: { files: number; lines_added: number; lines_removed: number } | null;
  /** With the other fields of a failure. */
  failure: { type: FailureType; message: string; hint: string | null } | null;
}

/** A race as data: the field `race` of its document and its trace. Money in dollars. */
export interface RaceDocument {
  mode: RaceMode;
  parallel: number;
  verify: string | null;
  verify_timeout_ms: number | null;
  cap_usd: number | null;
  winner_id: string | null;
  applied: Applied | null;
  candidates: RaceCandidateDocument[];
}
