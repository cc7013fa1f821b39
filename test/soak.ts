import { it } from '@jest/globals';

/** Whether the soak runs: full counts, and every command line in a process of its own. */
export const IS_SOAK = process.env.LLM_ROUTER_SOAK === '1';

/** A test that takes long for what few changes can break: only the soak runs it. */
export const itInSoak: typeof it = IS_SOAK ? it : (it.skip as typeof it);

/** So many rows of a table, and in the soak all of them. */
export function firstRows<T>(most: number, rows: readonly T[]): readonly T[] {
  return IS_SOAK ? rows : rows.slice(0, most);
}
