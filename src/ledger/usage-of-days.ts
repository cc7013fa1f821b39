import type { ProjectFilter } from '../domain/project.js';
import type { UsageSums } from './usage-sums.js';

/** Which runs count; what is left out does not matter. */
export interface UsageFilter {
  project?: ProjectFilter | undefined;
  agent?: string | undefined;
  tool?: string | undefined;
  model?: string | undefined;
}

/** UTC days, both included: `2026-11-20`. */
export interface Days {
  since: string;
  until: string;
}

/** What invocations are grouped by; `week` is its Monday. */
export type UsageKey = 'agent' | 'tool' | 'model' | 'day' | 'week' | 'month' | 'session' | `tag:${string}`;

/**
 * The invocations that share the values of some keys. By tool and model they count for the pair that ran last; tokens and money for
 * the pair that used them.
 */
export interface UsageGroup {
  /** In the order of the keys that were asked for; `null`: they have none. */
  keys: readonly (string | null)[];
  sums: UsageSums;
  /** How many failed with what. */
  failureTypes: Readonly<Record<string, number>>;
  /** How long those took that were answered, to two digits, shortest first. */
  latencies: readonly { aboutMs: number; invocations: number }[];
}

/** What candidates of races are grouped by; `week` is its Monday. */
export type RaceKey = 'agent' | 'tool' | 'model' | 'task' | 'day' | 'week' | 'month';

/** Candidates of races that share the values of some keys. */
export interface RaceGroup {
  /** In the order of the keys that were asked for; `null`: they have none. */
  keys: readonly (string | null)[];
  races: number;
  candidates: number;
  /** Those whose change was verified, or that failed before that. */
  judged: number;
  passed: number;
  /** The known part of what all of them were charged. */
  chargedMicroUsd: number;
  /** Those of which a part of the cost is unknown. */
  withoutPrice: number;
}

/** Runs that were killed, or are not over: only their attempts are recorded. */
export interface Interrupted {
  runs: number;
  /** What counts of them against budgets: what they cost or had reserved. */
  countedMicroUsd: number;
}

/** Steps of time of equal length. */
export interface TimelineSpan {
  /** Start of the first step, ms since the epoch. */
  sinceMs: number;
  stepMs: number;
  /** What was started then or later does not count. */
  untilMs: number;
}

/** The invocations that were started in one step of time and have ended. */
export interface TimelineStep {
  /** Its start, ms since the epoch. */
  atMs: number;
  invocations: number;
  /** How many failed with what. */
  failureTypes: Readonly<Record<string, number>>;
  /** Of those that were answered; `null`: none was. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** The known part of what was charged. */
  chargedMicroUsd: number;
  /** Invocations of which a part of the cost is unknown. */
  withoutPrice: number;
}

/** In order of time; steps without invocations are left out. */
export type Timeline = readonly TimelineStep[];

/** What a clean-up did. */
export interface Pruned {
  /** Invocations that were removed. */
  removed: number;
  /** `false`: there is more to remove than was allowed. */
  isDone: boolean;
}
