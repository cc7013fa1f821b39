import { checkedBy } from '../config/bounded-findings.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { chainsOf } from './chains.js';
import { limitedChains } from './money.js';
import { referencesOf } from './references.js';
import type { LintInput } from './rule.js';
import { LINT_RULES } from './rules/index.js';

/** Finds what would go wrong in a run by this config, with the functions that a run uses. */
export function lint(given: Omit<LintInput, 'references' | 'chains' | 'limited'>): Diagnostic[] {
  const { config, merged } = given;
  const chains = chainsOf(config, merged);
  const limited = limitedChains(config, given.env ?? {}, chains);
  const input = { ...given, references: referencesOf(config, merged), chains, limited };
  return checkedBy(LINT_RULES, input);
}
