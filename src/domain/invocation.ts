import type { Attempt, FinishReason } from './attempt.js';
import type { Cost } from './cost.js';
import type { Failure } from './failure.js';
import type { Plan } from './plan.js';
import type { RaceDocument } from './race.js';
import type { Usage } from './usage.js';

/** Status of an invocation; `planned` is a dry run, `interrupted` one whose process was killed. */
export const INVOCATION_STATUSES = [
  'planned',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
] as const;
export type InvocationStatus = (typeof INVOCATION_STATUSES)[number];

/** What the runs nested in a run have done. */
export interface NestedSummary {
  runs: number;
  /** Those of them that ended over budget, or were too many. */
  refused: number;
  /** What counts of them, micro-USD; `null` without a cap. */
  spentMicroUsd: number | null;
  /** The most that they and this run may spend together; `null`: no cap. */
  capMicroUsd: number | null;
}

/** What a run under a hard limit went on by while the database of its shared ledger could not be reached. */
export interface AllowanceSummary {
  /** The policy whose `fail_open` allows it. */
  policy: string;
  /** What runs of this machine may spend so in all, micro-USD. */
  upToMicroUsd: number;
  /** Why the database could not be reached, as a sentence. */
  why: string;
  /** All of it, for people. */
  warning: string;
}

/** A request with its plan, attempts and outcome. */
export interface Invocation {
  /** ULID. */
  id: string;
  traceId: string;
  parentId: string | null;
  session: string | null;
  /** The agent that sent the request, if it is another. */
  sourceAgent: string | null;
  status: InvocationStatus;
  startedAt: string;
  agent: string | null;
  /** The candidate that answered, else the last one tried. */
  tool: string | null;
  model: string | null;
  responseModel: string | null;
  text: string | null;
  data: unknown;
  finishReason: FinishReason | null;
  toolSessionId: string | null;
  usage: Usage | null;
  cost: Cost | null;
  /** `null`: there were none, or neither a cap nor a number limits them. */
  nested: NestedSummary | null;
  /** `null`: it was counted in the ledger, or no limit applies. */
  allowance: AllowanceSummary | null;
  latencyMs: number;
  plan: Plan;
  attempts: Attempt[];
  warnings: string[];
  failure: Failure | null;
  /** The invocation is a race of others; absent: it is a run of its own. */
  race?: RaceDocument;
}

/** An invocation that has run nothing. */
export interface UnrunInvocation {
  id: string;
  traceId: string;
  startedAt: string;
  plan: Plan;
  parentId: string | null;
  session: string | null;
  sourceAgent: string | null;
  /** `null`: a dry run. */
  failure: Failure | null;
}

/** An invocation without attempts: a dry run, or one that failed before anything ran. */
export function unrunInvocation(known: UnrunInvocation): Invocation {
  return {
    ...known,
    status: known.failure === null ? 'planned' : 'failed',
    agent: known.plan.agent,
    tool: null,
    model: null,
    responseModel: null,
    text: null,
    data: null,
    finishReason: null,
    toolSessionId: null,
    usage: null,
    cost: null,
    nested: null,
    allowance: null,
    latencyMs: 0,
    attempts: [],
    warnings: known.plan.warnings,
  };
}
