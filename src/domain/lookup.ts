// Captured once: see config/tree.ts.
const { isArray } = Array;

/** The own entry of that name, else `null`, also for inherited names such as `constructor`. */
export function lookup<T>(entries: Readonly<Record<string, T>>, name: string | null | undefined): T | null {
  if (name === null || name === undefined || !Object.hasOwn(entries, name)) return null;
  return entries[name] ?? null;
}

/** Whether a value is an object and not a list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isArray(value);
}
