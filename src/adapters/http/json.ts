import { plausibleCount } from '../../domain/plausible.js';

/** The value that keys and indexes lead to; `undefined` when there is none. */
export function at(value: unknown, ...steps: (string | number)[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

/** A text that is not empty; else `null`. */
export function textAt(value: unknown, ...steps: (string | number)[]): string | null {
  const found = at(value, ...steps);
  return typeof found === 'string' && found !== '' ? found : null;
}

/** A plausible count of tokens, which may be written as text; else `null`. */
export function countAt(value: unknown, ...steps: (string | number)[]): number | null {
  const found = at(value, ...steps);
  if (typeof found === 'string' && /^\d{1,13}$/.test(found)) return plausibleCount(Number(found));
  return typeof found === 'number' ? plausibleCount(found) : null;
}

/** The items of a list; empty if it is not a list. */
export function listAt(value: unknown, ...steps: (string | number)[]): readonly unknown[] {
  const found = at(value, ...steps);
  return Array.isArray(found) ? found : [];
}
export { parseJson } from '../../domain/json.js';
