import { visible, visibleLines } from '../../diagnostics/visible.js';
import { isMap } from '../../domain/lookup.js';

/** A part of a file that anyone may have written: each reader gives what fits, else nothing. */
export type Unread = Readonly<Record<string, unknown>>;

/** Longer texts are cut: the page shows a glance, `trace show` has all of it. */
const MOST_CHARS = 600;

/** A text on one line, without characters that reorder or hide others. */
export function lineOf(value: unknown, most = MOST_CHARS): string | null {
  return typeof value === 'string' ? visible(cut(value, most)) : null;
}

/** A text of several lines. */
export function linesOf(value: unknown, most = MOST_CHARS): string | null {
  return typeof value === 'string' ? visibleLines(cut(value, most)) : null;
}

/** The end of a text of several lines. */
export function tailOf(value: unknown, most = MOST_CHARS): string | null {
  if (typeof value !== 'string') return null;
  return visibleLines(value.length <= most ? value : `…${value.slice(-most)}`);
}

/** A number that can be shown. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A time as an ISO text; `null`: it is none. */
export function timeOf(value: unknown): string | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** A map; an empty one where it is none. */
export function mapOf(value: unknown): Unread {
  return isMap(value) ? value : {};
}

/** The maps of a list, at most so many. */
export function mapsOf(value: unknown, most: number): Unread[] {
  return Array.isArray(value) ? value.slice(0, most).filter(isMap) : [];
}

/** The texts of a list, at most so many. */
export function textsOf(value: unknown, most: number): string[] {
  return Array.isArray(value) ? value.slice(0, most).flatMap((item) => lineOf(item) ?? []) : [];
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
