import type { AttemptChanges } from './changes.js';
import type { Cost } from './cost.js';
import type { Failure } from './failure.js';
import type { Usage } from './usage.js';

/** Why an answer ended. */
export const FINISH_REASONS = ['stop', 'length', 'tool_use', 'content_filter', 'error', 'unknown'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** The result of one run of an adapter. Success and failure have the same shape: `failure` is `null` or the reason. */
export interface Outcome {
  failure: Failure | null;
  /** The answer; on failure the part that was received. */
  text: string;
  usage: Usage | null;
  /** The tool's own cost figure, micro-USD. */
  reportedCostMicroUsd: number | null;
  /** The request was rejected before any billable work. */
  rejectedUnbilled?: boolean;
  /** It was billed at a price that is not in the catalogue, such as another service tier. */
  isPriceUnknown?: boolean;
  /** It may have changed something, as far as its access allowed it. */
  worked?: boolean;
  finishReason: FinishReason;
  responseModel: string | null;
  toolSessionId: string | null;
  /** The provider's id of this call, for its support. */
  requestId: string | null;
  /** The structured value of the answer, if the tool gives one. */
  data: unknown;
  exitCode: number | null;
  /** From the start to the first byte on either stream, ms; `null` where the adapter sees only events. */
  firstOutputMs: number | null;
  warnings: string[];
}

/** An outcome with only a failure. */
export function failedOutcome(failed: Failure): Outcome {
  return {
    failure: failed,
    text: '',
    usage: null,
    reportedCostMicroUsd: null,
    finishReason: 'error',
    responseModel: null,
    toolSessionId: null,
    requestId: null,
    data: null,
    exitCode: failed.exitCode,
    firstOutputMs: null,
    warnings: [],
  };
}

/** One call of a tool to its provider, as the gateway saw it. */
export interface ProviderCall {
  /** The id that the call named; `null`: none, or it could not be read. */
  model: string | null;
  /** Wall clock, ms since the epoch; not part of the documents. */
  startedAtMs: number;
  /** The HTTP status that the tool got; `null`: none. */
  status: number | null;
  usage: Usage | null;
  cost: Cost;
  /** From its start to the first sign of an answer, ms. */
  firstOutputMs: number | null;
  latencyMs: number;
  failure: Failure | null;
}

/** One attempt of a candidate, as recorded. Times are ISO strings and milliseconds. */
export interface Attempt {
  /** 1 for the first. */
  n: number;
  /** The attempt whose session it continued; `null`: none. */
  continues: number | null;
  tool: string;
  model: string | null;
  status: 'succeeded' | 'failed' | 'cancelled';
  startedAt: string;
  latencyMs: number;
  firstOutputMs: number | null;
  exitCode: number | null;
  requestId: string | null;
  usage: Usage | null;
  cost: Cost;
  failure: Failure | null;
  /** The calls of the tool to its provider, in the order in which they ended; `null`: they did not pass through the router. */
  calls: readonly ProviderCall[] | null;
  /** What it changed in a Git work tree; `null`: there was no snapshot to compare with. */
  changes: AttemptChanges | null;
  /** Why there was no snapshot of the files, although it might change them; `null`: there was one, or it might not. */
  noSnapshot: string | null;
  /** Text that a failed attempt had given; `null`: none, or the attempt succeeded. */
  partialText: string | null;
}
