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
  /** Ends the wait for other processes that use the ledger; the trouble is then `busy`. */
  signal?: AbortSignal;
  /** Decides on the sums of `queries`, in their order; may be called more than once and must be pure. */
  decide(spend: readonly Spend[]): Verdict<Refusal>;
}

/** The most that the attempt may cost, micro-USD, or why it may not run. */
export type Verdict<Refusal> = { reserveMicroUsd: number } | { refusal: Refusal };

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
