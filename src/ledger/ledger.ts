import type { Attempt } from '../domain/attempt.js';
import type { ProjectFilter } from '../domain/project.js';
import type { Result } from '../domain/result.js';
import type { NamedUsage } from '../domain/usage.js';
import type { Preference } from '../policy/preferred-cost.js';
import type { SlotQueue } from './slots.js';
import type { LedgerTrouble } from './trouble.js';
import type { UsageSums } from './usage-sums.js';

export type { LedgerTrouble } from './trouble.js';

/** Names a sum: what counts in one scope, on a UTC day (`2026-11-20`) or in a month (`2026-11`). */
export interface SpendQuery {
  scope: string;
  period: string;
  /** The run whose cap is asked about: what it and the runs nested in it spend, whenever and in whatever scope. */
  familyOf?: string;
}

/** The share of a nested run in the cap of an outer one. */
export interface FamilyShare {
  /** The run whose cap it is. */
  ownerId: string;
  /** The reservation that it takes over a part of; `null`, or one that is over: that of the owner. */
  sourceId: string | null;
}

/** What counts in a scope and period now, micro-USD. */
export interface Spend {
  /** What ended runs cost. */
  settledMicroUsd: number;
  /** What live runs may still cost at most. */
  reservedMicroUsd: number;
  /** The part of it that an outer run has reserved and that the asking one may take over. */
  drawableMicroUsd: number;
}

/** An attempt that asks for a reservation. */
export interface AdmitRequest<Refusal> {
  /** Id of the attempt or call; admitting it twice makes one reservation. */
  id: string;
  /** The attempt whose call asks; `null`: the attempt itself asks. */
  attemptId: string | null;
  invocationId: string;
  /** Which attempt of its invocation, from 1. */
  n: number;
  /** Time of the request, ms since the epoch: the attempt counts on this UTC day, whenever it ends. */
  atMs: number;
  /** Every scope in which the attempt counts. */
  scopes: readonly string[];
  agent: string | null;
  tool: string;
  model: string | null;
  queries: readonly SpendQuery[];
  /** `null`: it is under no cap of an outer run. */
  family: FamilyShare | null;
  /** Decides on the sums of `queries`, in their order; may be called more than once and must be pure. */
  decide(spend: readonly Spend[]): Verdict<Refusal>;
}

/** The most that the attempt may cost, micro-USD, or why it may not run. */
export type Verdict<Refusal> = { reserveMicroUsd: number } | { refusal: Refusal };

/** What a run was for; stored with its attempts and in its own row. */
export interface RunInfo {
  /** Every scope in which it counts. */
  scopes: readonly string[];
  /** Folder of the project; empty outside of one. */
  project: string;
  sourceAgent: string | null;
  /** What its agent prefers; `null`: nothing. */
  preference: Preference | null;
  tags: Readonly<Record<string, string>>;
  /** It ran over a limit by `--force`. */
  forced: boolean;
  justification: string | null;
}

/** An attempt that has ended, with what counts of it. */
export interface SettledAttempt {
  id: string;
  invocationId: string;
  agent: string | null;
  scopes: readonly string[];
  attempt: Attempt;
  provider: string | null;
  /** What counts against budgets, micro-USD: the real cost, or the reservation where the cost is unknown. */
  countedMicroUsd: number;
}

type UsageColumns = NamedUsage & {
  total_tokens: number | null;
  charged_micro_usd: number | null;
  list_micro_usd: number | null;
  basis: string | null;
  billing: string | null;
};

/** An attempt as a row: names of columns, sums in micro-USD, lists as JSON. */
export type AttemptRow = UsageColumns & {
  id: string;
  invocation_id: string;
  n: number;
  day: string;
  scopes: string;
  agent: string | null;
  tool: string;
  model: string | null;
  provider: string | null;
  started_ms: number;
  status: string;
  failure: string | null;
  latency_ms: number;
  counted_micro_usd: number;
  /** `null`: they did not pass through the router. */
  calls: number | null;
};

/** An invocation as a row. */
export type InvocationRow = UsageColumns & {
  id: string;
  trace_id: string;
  parent_id: string | null;
  session: string | null;
  day: string;
  started_ms: number;
  project: string;
  policy: string;
  agent: string | null;
  source_agent: string | null;
  tool: string | null;
  model: string | null;
  status: string;
  failure: string | null;
  attempts: number;
  latency_ms: number;
  because: string;
  tags: string;
  forced: number;
  justification: string | null;
  /** 1: it ran on another pair than the first that it was meant for. */
  fallback: number;
  /** What its attempts cost, and what they would have cost on the agent's preferred pair; `null`: they cannot be compared. */
  compared_micro_usd: number | null;
  preferred_micro_usd: number | null;
};

/** Which runs count; what is left out does not matter. */
export interface UsageFilter {
  project?: ProjectFilter;
  agent?: string;
  tool?: string;
  model?: string;
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

/** A run that the tool of another one has asked for. */
export interface NestedRun {
  id: string;
  /** `null`: unknown. */
  parentId: string | null;
  /** The run under whose cap it is; `null`: none. */
  familyId: string | null;
  /** How many its parent may make; `null`: any number. */
  mostInAll: number | null;
}

/** The runs nested in a run. */
export interface NestedRuns {
  runs: number;
  /** Those of them that ended over budget, or were too many. */
  refused: number;
  /** What counts of those under its cap. */
  countedMicroUsd: number;
}

/** What a clean-up did. */
export interface Pruned {
  /** Invocations that were removed. */
  removed: number;
  /** `false`: there is more to remove than was allowed. */
  isDone: boolean;
}

/** What can be asked of the ledger. Answers are as if what is due had been done, such as taking back what dead processes hold. */
export interface LedgerReader {
  /** The sums now, in the order of the queries. */
  spend(queries: readonly SpendQuery[], share?: FamilyShare | null): Promise<Result<Spend[], LedgerTrouble>>;
  /** The runs nested in a run so far. */
  nestedIn(id: string): Promise<Result<NestedRuns, LedgerTrouble>>;
  /** How many nested runs a run has made so far. */
  childrenOf(id: string): Promise<Result<number, LedgerTrouble>>;
  /**
   * Usage in days, both included, by keys: for each list of keys its groups. Keys of agent, tool, model and time are answered by sums
   * that are kept by day, others by the rows of these days.
   */
  usage(
    days: Days,
    by: readonly (readonly UsageKey[])[],
    filter?: UsageFilter,
  ): Promise<Result<UsageGroup[][], LedgerTrouble>>;
  /** What was done in a time, step by step. Reads the rows of that time. */
  timeline(span: TimelineSpan): Promise<Result<Timeline, LedgerTrouble>>;
  /** Runs of these days that never came to their end. */
  interrupted(days: Days, filter?: UsageFilter): Promise<Result<Interrupted, LedgerTrouble>>;
  /** What budgets count for the invocations of these days that have no price, micro-USD: what was reserved for them. */
  countedWithoutPrice(days: Days, filter?: UsageFilter): Promise<Result<number, LedgerTrouble>>;
  /** What budgets count for the attempts of an invocation, micro-USD; `null`: none of them is recorded. */
  countedOf(invocationId: string): Promise<Result<number | null, LedgerTrouble>>;
  /** The folders of the projects that have rows and whose folder has this name, in order. */
  projectsNamed(name: string): Promise<Result<string[], LedgerTrouble>>;
  /** The first day that still has its rows; `null`: no row was ever removed. */
  rowsSince(): Promise<Result<string | null, LedgerTrouble>>;
  /** What is reserved now, in all scopes together. */
  reserved(filter?: UsageFilter): Promise<Result<{ count: number; microUsd: number }, LedgerTrouble>>;
  /** Current use of slots. */
  readonly slots: Pick<SlotQueue, 'use'>;
}

/** What a run leaves at its end. */
export interface RunRecords {
  attempts: readonly AttemptRow[];
  /** `null`: the invocation goes on. */
  invocation: InvocationRow | null;
}

/**
 * The record of invocations and spending, shared by all processes of a user. Every call is one transaction: all or nothing, and a
 * crash at any moment loses no money. Nothing is held open while a tool runs.
 */
export interface Ledger extends LedgerReader {
  /** Takes back what dead processes hold, then reserves what `decide` allows, in every scope or none. */
  admit<Refusal>(request: AdmitRequest<Refusal>): Promise<Result<Verdict<Refusal>, LedgerTrouble>>;
  /** The tool is about to start. `false`: the reservation is gone, since another process took this one for dead. */
  begin(id: string): Promise<Result<boolean, LedgerTrouble>>;
  /**
   * Records what the attempt has cost so far, micro-USD; also its heartbeat. Returns what its reservation holds now, without what nested runs
   * have taken over; `null`: it is gone.
   */
  meter(id: string, seenMicroUsd: number): Promise<Result<number | null, LedgerTrouble>>;
  /** Notes a nested run. `false`: its parent has made as many as it may. */
  join(run: NestedRun): Promise<Result<boolean, LedgerTrouble>>;
  /** Replaces the reservation of a call by its cost, micro-USD, which its attempt holds from then on. */
  settleCall(call: { id: string; attemptId: string; microUsd: number }): Promise<Result<void, LedgerTrouble>>;
  /** Releases a reservation at no cost: nothing was started. */
  release(id: string): Promise<Result<void, LedgerTrouble>>;
  /** Replaces a reservation (if a limit applied) by the cost, on its own day; repeating it changes nothing. */
  settle(row: AttemptRow): Promise<Result<void, LedgerTrouble>>;
  /** Stores the row of an invocation that has ended; repeating it changes nothing. */
  record(row: InvocationRow): Promise<Result<void, LedgerTrouble>>;
  /** Stores the records of runs that no limit applies to, in one transaction; repeating it changes nothing. */
  keep(records: readonly RunRecords[]): Promise<Result<void, LedgerTrouble>>;
  /** Removes the rows of the days before this one, at most so many; the sums of these days stay. */
  prune(limit: { before: string; atMost: number }): Promise<Result<Pruned, LedgerTrouble>>;
  /** The same, once a day; `null`: it was done today. */
  pruneOnceADay(limit: { before: string; atMost: number }): Promise<Result<Pruned | null, LedgerTrouble>>;
  readonly slots: SlotQueue;
  close(): void;
  /** Leaves the file as a process does that ends: nothing is written, and nothing is lost. */
  leave(): void;
}
