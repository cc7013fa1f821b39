/** A value or a foreseen failure: what a function returns instead of throwing. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };

/** Wraps a value as success. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Wraps a foreseen failure. */
export function err<E>(error: E): { ok: false; error: E } {
  return { ok: false, error };
}

/** Ends an exhaustive `switch`: a missing case does not compile. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
