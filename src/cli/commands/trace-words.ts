import type { Paint } from '../../diagnostics/render.js';
import { ownTotal, type Total } from '../../router/trace-reading.js';
import type { TraceDocument } from '../../trace/document.js';

/** The status, and for a failed run the word for its failure. */
export function statusText({ status, failure }: Pick<TraceDocument, 'status' | 'failure'>): string {
  return failure === null || status === 'cancelled' ? status : `${status} (${failure.type})`;
}

/** Good, bad, or neither yet. */
export function paintStatus(text: string, paint: Paint): string {
  if (text.startsWith('succeeded')) return paint.info(text);
  return text.startsWith('running') ? paint.hint(text) : paint.error(text);
}

/** An unknown cost is a question mark, never a zero; `+?` stands for an unknown part. */
export function costText(trace: TraceDocument): string {
  return totalText(ownTotal(trace));
}

/** A sum in USD. */
export function totalText({ usd, isComplete }: Pick<Total, 'usd' | 'isComplete'>): string {
  if (usd === null) return '?';
  return `$${usd.toFixed(4)}${isComplete ? '' : '+?'}`;
}
