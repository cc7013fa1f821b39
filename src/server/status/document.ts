import type { BudgetLine } from '../../reports/budget-line.js';

/**
 * What `GET /status.json` answers, and all that the status page shows. Times are ISO texts in UTC, money is in dollars; `null` is
 * unknown, zero is zero. Texts come from tools and providers too, so that they may hold anything.
 */
export interface StatusDocument {
  version: 1;
  /** When it was gathered. */
  at: string;
  server: ServerStatus;
  /** What could not be read; the part of the document is empty then. */
  troubles: readonly StatusTrouble[];
  /** All runs of this user that were started on this UTC day and have ended; `null`: unknown. */
  today: TodayStatus | null;
  /** Daily and monthly limits that runs in the project of the server can be under. */
  budgets: readonly BudgetLine[];
  runs: RunsStatus;
  timeline: TimelineStatus | null;
  tools: readonly ToolStatus[];
  /** Tools of the catalogue that the config does not use and that are not installed. */
  other_tools: number;
}

export interface ServerStatus {
  state: 'ready' | 'draining';
  /** Of the router. */
  release: string;
  started_at: string;
  uptime_ms: number;
  /** Files of the config in use. */
  config_files: readonly string[];
  /** `false`: the files have changed, and what they are now cannot be used. */
  config_is_current: boolean;
  /** Requests that it works on, and those that wait for it. */
  active: number;
  waiting: number;
  max_concurrent: number;
}

export interface StatusTrouble {
  part: 'ledger' | 'traces';
  message: string;
  hint: string | null;
}

/** Counts and sums; of money the known part, with the number of invocations of which a part is unknown beside it. */
export interface SumsStatus {
  invocations: number;
  failures: number;
  failure_types: Readonly<Record<string, number>>;
  fallbacks: number;
  p50_ms: number | null;
  p95_ms: number | null;
  total_tokens: number;
  /** Answered without a report of tokens. */
  without_tokens: number;
  cost_usd: number;
  without_price: number;
}

export interface TodayStatus extends SumsStatus {
  /** `2026-11-20` */
  day: string;
}

export interface RunsStatus {
  /** Newest first: those of this server, and by their traces those of other processes in its project. */
  running: readonly RunStatus[];
  /** Those that have ended, newest first, by their traces; without traces those of this server since its start. Older ones are left out. */
  recent: readonly RunStatus[];
}

/** One invocation. */
export interface RunStatus {
  id: string;
  trace_id: string | null;
  parent_id: string | null;
  session: string | null;
  status: string;
  /** What it does now, such as a wait; `null`: it has ended. */
  now: { state: 'starting' | 'running' | 'queued' | 'waiting'; text: string; since: string } | null;
  started_at: string;
  latency_ms: number | null;
  agent: string | null;
  source_agent: string | null;
  /** The pair that answered, else the last one tried. */
  tool: string | null;
  model: string | null;
  response_model: string | null;
  policy: string | null;
  access: string | null;
  /** It ran on another pair than the first of its plan. */
  is_fallback: boolean;
  usage: TokenStatus | null;
  cost: CostStatus | null;
  failure: FailureStatus | null;
  warnings: readonly string[];
  /** With `log_prompts` alone; of a long one the start. */
  prompt: string | null;
  answer: string | null;
  prompt_chars: number | null;
  answer_chars: number | null;
  candidates: readonly CandidateStatus[];
  rejected: readonly RejectedStatus[];
  attempts: readonly AttemptStatus[];
  /** Between the attempts: retries, waits, fallbacks, warnings of budgets. */
  events: readonly { type: string; at: string | null; attempt: number | null; text: string }[];
}

export interface TokenStatus {
  input: number | null;
  cached: number | null;
  output: number | null;
  reasoning: number | null;
  total: number | null;
}

export interface CostStatus {
  /** The known part; `null`: nothing is known. */
  usd: number | null;
  basis: string;
  billing: string;
  /** A part is unknown. */
  is_partial: boolean;
}

export interface FailureStatus {
  type: string;
  message: string;
  hint: string | null;
  http_status: number | null;
  exit_code: number | null;
  reset_at: string | null;
  /** The end of what the tool wrote to standard error. */
  stderr: string | null;
}

export interface CandidateStatus {
  tool: string;
  model: string | null;
  because: readonly { rule: string; detail: string; at: string | null }[];
}

export interface RejectedStatus {
  tool: string | null;
  model: string | null;
  reason: string;
  detail: string;
  hint: string | null;
  phase: string | null;
  reset_at: string | null;
}

export interface AttemptStatus {
  n: number;
  tool: string;
  model: string | null;
  status: string;
  started_at: string | null;
  latency_ms: number | null;
  first_output_ms: number | null;
  usage: TokenStatus | null;
  cost: CostStatus | null;
  failure: FailureStatus | null;
  /** Calls of the tool to its provider that passed through the gateway, and how many of them failed; `null`: none pass through it. */
  calls: { count: number; failed: number } | null;
  /** The command line without prompt and system text, by its arguments. */
  argv: readonly string[] | null;
}

/** The time that the charts show. */
export const RANGES = ['1h', '6h', '24h'] as const;
export type Range = (typeof RANGES)[number];

export interface TimelineStatus {
  range: Range;
  since: string;
  step_ms: number;
  /** Steps in which something was started and has ended. */
  steps: readonly {
    at: string;
    invocations: number;
    failure_types: Readonly<Record<string, number>>;
    p50_ms: number | null;
    p95_ms: number | null;
    cost_usd: number;
    without_price: number;
  }[];
}

export interface ToolStatus {
  name: string;
  kind: string;
  billing: string;
  models: number;
  state: 'ready' | 'cooling' | 'unavailable';
  /** Why it is not ready. */
  reason: string | null;
  hint: string | null;
  cooldowns: readonly { model: string | null; reason: string; text: string; until: string }[];
  /** Runs that use it now, and that wait for a slot; `null`: unknown. */
  running: number | null;
  waiting: number | null;
  limits: ToolLimits | null;
  today: SumsStatus | null;
}

export interface ToolLimits {
  concurrency: number | null;
  queue: number;
  per_minute: number | null;
  per_hour: number | null;
  starts_in_minute: number | null;
  starts_in_hour: number | null;
}
