import type { Paint } from '../../diagnostics/paint.js';
import { costOf, ownTotal, type Total } from '../../reports/traces.js';
import type { TraceDocument } from '../../trace/document.js';

/** The status, and for a failed run the word for its failure. */
export function statusText({ status, failure }: Pick<TraceDocument, 'status' | 'failure'>): string {
  return failure === null || status === 'cancelled' ? status : `${status} (${failure.type})`;
}

/** Colours a text by the status that it shows: success, still running, cancelled (by the user, so not as a failure), or failure. */
export function paintStatus(text: string, status: TraceDocument['status'], paint: Paint): string {
  if (status === 'succeeded') return paint.success(text);
  if (status === 'cancelled') return paint.dim(text);
  return status === 'running' ? paint.hint(text) : paint.error(text);
}

/** Colours a column of statuses, one row for each trace. */
export function statusPaint(traces: readonly TraceDocument[], paint: Paint) {
  return (text: string, row: number): string => paintStatus(text, traces[row]?.status ?? 'failed', paint);
}

/** An unknown cost is a question mark, never a zero; `+?` stands for an unknown part. */
export function costText(trace: TraceDocument): string {
  if (trace.race !== undefined) return raceText(trace.cost);
  return totalText(ownTotal(trace));
}

/** What all candidates of a race cost together; without a cost none has tried anything. */
function raceText(cost: TraceDocument['cost']): string {
  return totalText(cost === null ? { usd: 0, isComplete: true } : costOf({ cost }));
}

/** A sum in USD. */
export function totalText({ usd, isComplete }: Pick<Total, 'usd' | 'isComplete'>): string {
  if (usd === null) return '?';
  return `$${usd.toFixed(4)}${isComplete ? '' : '+?'}`;
}
