import type { Attempt } from '../domain/attempt.js';
import type { RaceEntry } from '../domain/request.js';
import type { NamedUsage } from '../domain/usage.js';
import type { Preference } from '../policy/preferred-cost.js';

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
  task: string | null;
  /** `null`: it is no candidate of a race. */
  race: RaceEntry | null;
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
  task: string | null;
  /** The race of which it was a candidate; `null`: none. */
  race_id: string | null;
  /** Whether its change passed verification; `null`: it was not judged. */
  passed: number | null;
};

/** A line of the audit log as a row of a shared ledger. */
export interface AuditRow {
  id: string;
  at_ms: number;
  day: string;
  /** The machine, and the user of its system. */
  host: string;
  user: string;
  project: string | null;
  agent: string | null;
  tool: string | null;
  model: string | null;
  /** The line, JSON. */
  document: string;
}

/** What a run leaves at its end. */
export interface RunRecords {
  attempts: readonly AttemptRow[];
  /** `null`: the invocation goes on. */
  invocation: InvocationRow | null;
  /** Lines of the audit log, for a shared ledger. */
  audit?: readonly AuditRow[];
}
