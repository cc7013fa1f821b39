import type { ToolConfig } from '../config/types.js';
import type { Billing, Price } from '../domain/cost.js';
import type { Deadline } from '../domain/deadline.js';
import type { SpendLimit } from '../domain/facts.js';
import type { Failure, FailureType } from '../domain/failure.js';
import type { Result } from '../domain/result.js';
import type { Ledger, LedgerTrouble, RunInfo } from '../ledger/ledger.js';
import type { Pending } from '../ledger/pending.js';
import type { BudgetNotice } from '../policy/budget.js';

/** What the account of an invocation is kept by. */
export interface AccountDeps {
  invocationId: string;
  agent: string | null;
  /** `null`: none is kept. */
  ledger: {
    /** Opens it, or gives the one that is open. */
    open: () => Promise<Result<Ledger, LedgerTrouble>>;
    /** Leaves rows for whoever opens it next. */
    keep: (pending: Pending) => Promise<void>;
  } | null;
  /** The limits that apply at a point in time: their days and months change. */
  limits: (nowMs: number) => readonly SpendLimit[];
  /** Wall clock, ms since the epoch. */
  now: () => number;
  info: RunInfo;
  /** The most that the whole invocation may cost, micro-USD; `null`: nothing bounds it. */
  capMicroUsd: number | null;
  inputTokens: number;
  /** It runs inside another invocation. */
  nested: boolean;
  deadline: Deadline;
  /** A person is told of a limit that is near. */
  notice: (notice: BudgetNotice & { estimate: string }) => void | Promise<void>;
  /** A run is let over a limit that would have refused it. */
  overridden: (override: { tool: string; model: string | null; reason: string }) => void | Promise<void>;
  /** Asks whether to go on in spite of a soft limit; `true` where nobody can be asked. */
  confirm: () => Promise<boolean>;
  /** Told when something cannot be recorded; the run goes on. */
  warn: (message: string) => void;
}

/** What an attempt is about to run. */
export interface Asking {
  n: number;
  tool: string;
  kind: ToolConfig['kind'];
  model: string | null;
  billing: Billing;
  price: Price | null;
  maxOutputTokens: number | null;
}

/** An attempt that was let in. */
export interface Ticket {
  id: string;
  billing: Billing;
  /** What is left of the invocation's cap, micro-USD. */
  capMicroUsd: number | null;
  /** `null`: no limit applies, so nothing is held. */
  reservedMicroUsd: number | null;
  /** The highest cost that was seen so far. */
  seenMicroUsd: number;
}

/** Why an attempt was not let in. */
export interface AccountRefusal {
  reason: FailureType;
  detail: string;
  hint: string | null;
  at: string | null;
  resetAt: string | null;
}

export type Admission = { ticket: Ticket } | { refusal: AccountRefusal } | { stop: Failure };
