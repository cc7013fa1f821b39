// Taken once: see config/tree.ts.
const { isArray } = Array;

/** The entry of that name, `null` if there is none; names such as `constructor` find nothing that was not put there. */
export function lookup<T>(entries: Readonly<Record<string, T>>, name: string | null | undefined): T | null {
  if (name === null || name === undefined || !Object.hasOwn(entries, name)) return null;
  return entries[name] ?? null;
}

/** Whether a value is a map: an object that is no list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isArray(value);
}
