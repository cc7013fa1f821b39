import type { Environment } from '../adapters/adapter.js';
import type { Faults } from '../config/faults.js';
import { isMentioned } from '../config/finding.js';
import type { Merged } from '../config/layers.js';
import type { Path } from '../config/tree.js';
import type { RouterConfig } from '../config/types.js';
import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { AgentChain } from './chains.js';
import type { LimitedChain } from './money.js';
import type { Reference } from './references.js';

/** What a rule about the resolved config may read. */
export interface LintInput {
  /** As a run would use it; a value that breaks the schema counts as absent. */
  config: RouterConfig;
  /** The text behind it, for places and for what only the text tells. */
  merged: Merged;
  faults: Faults;
  /** Variables of the environment; `null`: unknown. */
  env: Environment | null;
  /** Every mention of a tool or model. */
  references: readonly Reference[];
  /** What a run of each agent would try. */
  chains: readonly AgentChain[];
  /** Those of agents under a hard limit of spending. */
  limited: readonly LimitedChain[];
}

/** Finds one kind of mistake by asking what a run would do. */
export interface LintRule {
  code: Code;
  check(input: LintInput): Diagnostic[];
}

/** The entries of a section of the resolved config that a file of the user mentions, with their paths. */
export function mentioned<Section extends 'agents' | 'tools' | 'models' | 'policies'>(
  { config, merged }: LintInput,
  section: Section,
): { entry: RouterConfig[Section][string]; path: Path }[] {
  return Object.values(config[section]).flatMap((entry) => {
    const path = [section, entry.name];
    return isMentioned(merged, path) ? [{ entry: entry as RouterConfig[Section][string], path }] : [];
  });
}
