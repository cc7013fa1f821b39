import { at, type Path } from './tree.js';

/** A value as JSON can hold it, and the paths of its maps that inherit nothing, which JSON cannot say. */
export interface PlainJson {
  value: unknown;
  bare: readonly Path[];
}

/** A resolved value, ready for `JSON.stringify`. */
export function toPlainJson(value: unknown): PlainJson {
  return { value, bare: bareMaps(value, []) };
}

/** What {@link toPlainJson} was given, of parsed JSON; changes it in place. */
export function fromPlainJson({ value, bare }: PlainJson): unknown {
  for (const path of bare) Object.setPrototypeOf(at(value, path), null);
  return value;
}

function bareMaps(value: unknown, base: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.entries(value).flatMap(([key, one]) =>
    bareMaps(one, [...base, Array.isArray(value) ? Number(key) : key]),
  );
  return Object.getPrototypeOf(value) === null ? [base, ...within] : within;
}
