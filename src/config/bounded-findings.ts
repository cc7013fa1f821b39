import type { Diagnostic } from '../diagnostics/diagnostic.js';

/** Findings of one step; a config with more was not written by hand, and to look for the rest would take too long. */
export const MAX_FINDINGS = 1000;

/** The findings of rules in their order; after too many no further rule is asked. */
export function checkedBy<C>(
  rules: readonly { check(context: C): Diagnostic[] }[],
  context: C,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const rule of rules) {
    if (found.length >= MAX_FINDINGS) break;
    for (const one of rule.check(context)) found.push(one);
  }
  return found;
}
