import type { Code } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Faults } from '../faults.js';
import { isMentioned } from '../finding.js';
import type { Merged } from '../layers.js';
import { at, entriesOf, isTree, type Path, type Tree } from '../tree.js';

/** What a rule about the text may read. */
export interface RuleContext {
  merged: Merged;
  faults: Faults;
}

/** Finds one kind of mistake in the text that the schema cannot see. */
export interface Rule {
  code: Code;
  check(context: RuleContext): Diagnostic[];
}

/**
 * The entries of a section that are maps and that a file of the user mentions; an empty entry counts as an empty map. Purely
 * built-in entries were checked when they were released, and checking them again would slow down every start.
 */
export function entries(context: RuleContext, section: string): { name: string; entry: Tree; path: Path }[] {
  const { merged } = context;
  return entriesOf(at(merged.value, [section])).flatMap(([name, entry]) => {
    if (!isTree(entry) && entry !== null) return [];
    const path = [section, name];
    return isMentioned(merged, path) ? [{ name, entry: entry ?? {}, path }] : [];
  });
}
