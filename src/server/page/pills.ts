import type { RunStatus } from '../status/document.js';
import { el } from './dom.js';

/** The status, and for a failed run the word for its failure. */
export function statusPill({ status, failure }: Pick<RunStatus, 'status' | 'failure'>): HTMLElement {
  const word = failure === null || status === 'cancelled' ? status : failure.type;
  return el('span', { class: 'pill', 'data-kind': kindOf(status), title: failure?.message ?? status }, word);
}

/** The colour of a status. */
export function kindOf(status: string): string {
  if (status === 'succeeded') return 'good';
  if (status === 'running') return 'busy';
  return status === 'cancelled' ? 'idle' : 'bad';
}
