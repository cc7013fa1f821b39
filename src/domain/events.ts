import type { Attempt, FinishReason } from './attempt.js';
import type { AttemptChanges, Recovery } from './changes.js';
import type { Cost } from './cost.js';
import type { SpendWindow } from './facts.js';
import type { Failure, FailureType } from './failure.js';
import type { Invocation } from './invocation.js';
import type { NamedCandidate, Plan } from './plan.js';

/** Events of a run, in order. */
export type RunEvent =
  | { type: 'invocation.started'; id: string; traceId: string; agent: string | null }
  | { type: 'plan'; plan: Plan }
  | {
      type: 'attempt.started';
      attempt: number;
      candidate: NamedCandidate;
      argv: readonly string[] | null;
      /** The tool's process; `null` if it has none. */
      pid: number | null;
    }
  | { type: 'output.delta'; attempt: number; text: string }
  /** The tool writes its answer again: the text of this attempt so far does not count. */
  | { type: 'output.restart'; attempt: number; candidate: NamedCandidate }
  | { type: 'tool.activity'; attempt: number; name: string }
  | {
      type: 'attempt.finished';
      attempt: number;
      record: Attempt;
      /** The model that answered, as the tool or provider named it. */
      responseModel: string | null;
      finishReason: FinishReason;
      /** The tool's own session; `null`: it named none. */
      toolSessionId: string | null;
    }
  | {
      type: 'retry.scheduled';
      /** The failed attempt; 0: none yet, the run waits for a cooldown. */
      attempt: number;
      candidate: NamedCandidate;
      delayMs: number;
      /** ISO time of the next attempt. */
      at: string;
      reason: FailureType;
      /** One sentence: the reason. */
      detail: string;
      /** The session of the failed attempt goes on then. */
      continues: boolean;
    }
  | {
      type: 'queue.wait';
      /** The attempt that waits for a slot; 0: the run waits, since its caller has as many nested calls as it may have at once. */
      attempt: number;
      candidate: NamedCandidate;
      /** Number of runs ahead in the queue. */
      ahead: number;
      /** Earliest start; `null`: when another run ends. */
      delayMs: number | null;
      /** ISO time of it. */
      at: string | null;
      /** Time waited so far; 0 at the beginning. */
      waitedMs: number;
    }
  | {
      type: 'budget.warning';
      /** `Daily spending at 81% of limit ($8.10 / $10.00)` */
      message: string;
      /** The estimated cost of this run, as a sentence. */
      estimate: string;
      window: SpendWindow;
      percent: number;
    }
  | {
      type: 'recovery';
      /** The failed attempt. */
      attempt: number;
      candidate: NamedCandidate;
      /** What became of its changes. */
      action: Recovery;
      changes: AttemptChanges;
    }
  | { type: 'fallback'; attempt: number; from: NamedCandidate; to: NamedCandidate; failure: Failure }
  | { type: 'invocation.finished'; invocation: Invocation };

/** What an attempt that goes on has cost so far. It is for a screen: no event of the run, and in no record. */
export interface CostSoFar {
  type: 'cost.so_far';
  attempt: number;
  cost: Cost;
}

/** Receives every event; the run waits for it, so a slow reader slows the tool down instead of filling memory. */
export type EventSink = (event: RunEvent) => void | Promise<void>;
