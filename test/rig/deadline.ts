import { startDeadline } from '../../src/deadline.js';

/** The deadline of a run in this process; without a timeout it ends only by `stop`. */
export function deadlineOf(timeoutMs: number | null = null, monotonicMs = () => performance.now()) {
  return startDeadline({ timeoutMs, timeoutOption: '--timeout', cancel: [], monotonicMs });
}
