import { statusDocument } from '../status.js';
import type { Range } from './document.js';
import type { Gatherer } from './gather.js';

/** The document as JSON text, and when it was gathered. */
export interface StatusText {
  at: string;
  text: string;
}

/** The latest text for each range of time. */
export type StatusTexts = (range: Range) => Promise<StatusText>;

/** However many pages ask, ms. */
const LEAST_AGE_MS = 1000;
const MOST_AGE_MS = 30_000;
/** Gathering takes at most about this share of the time of the server, whatever the size of its ledger. */
const SHARE = 0.05;

/** Gathers at most once in a while: all callers of that time get the same text, with the time at which it was gathered. */
export function statusTexts(gather: Gatherer, monotonic: () => number): StatusTexts {
  const kept = new Map<Range, { text: Promise<StatusText>; untilMs: number }>();
  return (range) => {
    const known = kept.get(range);
    const startMs = monotonic();
    if (known !== undefined && startMs < known.untilMs) return known.text;
    const entry = { text: textOf(gather, range), untilMs: Number.POSITIVE_INFINITY };
    kept.set(range, entry);
    const setAge = (): void => {
      const tookMs = monotonic() - startMs;
      entry.untilMs = startMs + Math.min(MOST_AGE_MS, Math.max(LEAST_AGE_MS, tookMs / SHARE));
    };
    const forget = (): void => {
      if (kept.get(range) === entry) kept.delete(range);
    };
    entry.text.then(setAge, forget);
    return entry.text;
  };
}

async function textOf(gather: Gatherer, range: Range): Promise<StatusText> {
  const document = statusDocument(await gather(range));
  return { at: document.at, text: JSON.stringify(document) };
}
