import type { Cost } from './cost.js';
import type { Failure } from './failure.js';
import type { Usage } from './usage.js';

/** Why an answer ended, in the field's normal words. */
export const FINISH_REASONS = ['stop', 'length', 'tool_use', 'content_filter', 'error', 'unknown'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** What came of one run of an adapter. Success and failure have the same shape: `failure` is `null` or says why. */
export interface Outcome {
  failure: Failure | null;
  /** The answer; on failure what was seen of it. */
  text: string;
  usage: Usage | null;
  /** The tool's own cost figure, micro-USD. */
  reportedCostMicroUsd: number | null;
  /** It was turned away before any work was done that somebody could bill. */
  turnedAway?: boolean;
  /** It was billed at a price that the catalogue does not have, as that of another service tier. */
  isPriceUnknown?: boolean;
  /** It may have changed something, as far as its access allowed it. */
  worked?: boolean;
  finishReason: FinishReason;
  responseModel: string | null;
  toolSessionId: string | null;
  /** The provider's own name of this call, for asking it about one. */
  requestId: string | null;
  /** The answer's structured value, where the tool has one. */
  data: unknown;
  exitCode: number | null;
  /** From the start to the first byte on either stream, ms; `null` where the adapter sees only events. */
  firstOutputMs: number | null;
  warnings: string[];
}

/** An outcome of which only the failure is known. */
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

/** One try of one candidate, as recorded. Times are ISO strings and milliseconds. */
export interface Attempt {
  /** 1 for the first. */
  n: number;
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
}
