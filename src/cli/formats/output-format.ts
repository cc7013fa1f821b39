import type { CostSoFar, RunEvent } from '../../domain/events.js';
import type { Invocation } from '../../domain/invocation.js';
import type { PlanView } from '../../router/planned-document.js';

/** What a run leaves on stdout. */
export interface OutputFormat {
  /** A dry run: the plan, and what would run for each candidate. */
  planned(invocation: Invocation, view: PlanView): Promise<void>;
  /** Something happened. */
  event(event: RunEvent): Promise<void>;
  /** Takes the cost of a running attempt; `undefined`: it is not shown. */
  costs?: ((cost: CostSoFar) => void) | undefined;
  /** The run has ended, well or not; `isInFile`: its answer was written to the file of `-o`. */
  finished(invocation: Invocation, isInFile: boolean): Promise<void>;
}
