import type { JobDocument } from '../../jobs/document.js';

/** What a detached run has cost so far; an unknown cost is a question mark, never a zero. */
export function spentText({ spent_usd: usd }: Pick<JobDocument, 'spent_usd'>): string {
  return usd === null ? '?' : `$${usd.toFixed(4)}`;
}
