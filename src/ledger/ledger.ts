import type { Result } from '../domain/result.js';
import type { SharedRecords } from './shared-records.js';
import type { SlotQueue } from './slots.js';
import type {
  AdmitRequest,
  FamilyShare,
  NestedRun,
  NestedRuns,
  Spend,
  SpendQuery,
  Verdict,
} from './spending.js';
import type { AttemptRow, InvocationRow, RunRecords } from './stored.js';
import type { LedgerTrouble } from './trouble.js';
import type {
  Days,
  Interrupted,
  Pruned,
  RaceGroup,
  RaceKey,
  Timeline,
  TimelineSpan,
  UsageFilter,
  UsageGroup,
  UsageKey,
} from './usage-of-days.js';

export type * from './spending.js';
export type * from './stored.js';
export type { LedgerTrouble } from './trouble.js';
export type * from './usage-of-days.js';

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
  /** How the candidates of the races of these days fared, by keys. Reads the rows of these days. */
  races(
    days: Days,
    by: readonly RaceKey[],
    filter?: UsageFilter,
  ): Promise<Result<RaceGroup[], LedgerTrouble>>;
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
  /** What only a shared ledger holds; `null`: it is a file. */
  readonly shared: SharedRecords | null;
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
  /**
   * Replaces a reservation (if a limit applied) by the cost, on its own day; repeating it changes nothing. With the trouble `replaced` it is
   * stored in the ledger that is open, as with `record` and `keep`, and should be stored in that at its place too.
   */
  settle(row: AttemptRow): Promise<Result<void, LedgerTrouble>>;
  /** Stores the row of an invocation that has ended; repeating it changes nothing. */
  record(row: InvocationRow): Promise<Result<void, LedgerTrouble>>;
  /** Stores the records of runs that no limit applies to, in one transaction; repeating it changes nothing. */
  keep(records: readonly RunRecords[]): Promise<Result<void, LedgerTrouble>>;
  /** Removes the rows of the days before this one, at most so many; the sums of these days stay. */
  prune(limit: { before: string; atMost: number }): Promise<Result<Pruned, LedgerTrouble>>;
  /** The same, once a day; `null`: it was done today. */
  pruneOnceADay(limit: { before: string; atMost: number }): Promise<Result<Pruned | null, LedgerTrouble>>;
  /** Whether money can be reserved in it now: the failure says why not. */
  check(): Promise<Result<void, LedgerTrouble>>;
  readonly slots: SlotQueue;
  close(): void;
  /** Leaves the file as a process does that ends: nothing is written, and nothing is lost. */
  leave(): void;
}
