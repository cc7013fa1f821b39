import type { Attempt } from './attempt.js';
import type { SpendWindow } from './facts.js';
import type { Failure, FailureType } from './failure.js';
import type { Invocation } from './invocation.js';
import type { NamedCandidate, Plan } from './plan.js';

/** What happens while a request is served, in the order in which it happens. */
export type RunEvent =
  | { type: 'invocation.started'; id: string; traceId: string; agent: string | null }
  | { type: 'plan'; plan: Plan }
  | {
      type: 'attempt.started';
      attempt: number;
      candidate: NamedCandidate;
      argv: readonly string[] | null;
      /** Of the tool's process; `null` where it has none. */
      pid: number | null;
    }
  | { type: 'output.delta'; attempt: number; text: string }
  /** The tool writes its answer again: the text of this attempt so far does not count. */
  | { type: 'output.restart'; attempt: number; candidate: NamedCandidate }
  | { type: 'tool.activity'; attempt: number; name: string }
  | { type: 'attempt.finished'; attempt: number; record: Attempt }
  | {
      type: 'retry.scheduled';
      /** The attempt that failed; 0: nobody was tried yet, and the first wait is for a cooldown. */
      attempt: number;
      candidate: NamedCandidate;
      delayMs: number;
      /** ISO time of the next try. */
      at: string;
      reason: FailureType;
      /** One sentence: what happened to it. */
      detail: string;
    }
  | {
      type: 'queue.wait';
      /** The attempt that waits for a slot of its tool. */
      attempt: number;
      candidate: NamedCandidate;
      /** Runs that come before this one. */
      ahead: number;
      /** Not before that; `null`: whenever another run ends. */
      delayMs: number | null;
      /** ISO time of it. */
      at: string | null;
      /** It has waited so long already; 0 when it begins. */
      waitedMs: number;
    }
  | {
      type: 'budget.warning';
      /** `Daily spending at 81% of limit ($8.10 / $10.00)` */
      message: string;
      /** What this run may cost, in words. */
      estimate: string;
      window: SpendWindow;
      percent: number;
    }
  | { type: 'fallback'; attempt: number; from: NamedCandidate; to: NamedCandidate; failure: Failure }
  | { type: 'invocation.finished'; invocation: Invocation };

/** Receives every event; the run waits for it, so a slow reader holds the tool back instead of filling memory. */
export type EventSink = (event: RunEvent) => void | Promise<void>;
