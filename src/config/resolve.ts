import { AGENT } from './keys/agents.js';
import { CONFIG } from './keys/config.js';
import { MODEL } from './keys/models.js';
import { readKeys } from './keys/resolved.js';
import { type Merged, unchangedEntry } from './layers.js';
import { resolvePolicies } from './resolve/policies.js';
import { resolveTools } from './resolve/tools.js';
import { modelsByTier, type TierModel } from './tiers.js';
import { isTree, record } from './tree.js';
import type { AgentConfig, ModelConfig, RouterConfig } from './types.js';
import { type Folders, type Written, writtenConfig } from './written.js';

/** Turns a tree without findings into the config that everything else reads: defaults filled in, paths absolute. */
export function resolveConfig(merged: Merged, folders: Folders): RouterConfig {
  const root = writtenConfig(merged, folders);
  return {
    ...readKeys(CONFIG, root),
    files: merged.layers.flatMap((layer) => layer.sources.map((source) => source.file)),
    agents: record(entriesOf(root, 'agents').map(([name, agent]) => [name, agentOf(name, agent)])),
    tools: resolveTools(merged, entriesOf(root, 'tools')),
    tiers: tiersOf(merged, root),
    models: record(
      entriesOf(root, 'models').map(([name, model]) => [
        name,
        unchangedEntry(merged, 'models', name) ?? modelOf(name, model),
      ]),
    ),
    policies: resolvePolicies(entriesOf(root, 'policies')),
  };
}

/** The entries of a section; one without content has all defaults. */
function entriesOf(root: Written, section: string): [name: string, entry: Written][] {
  return root
    .child(section)
    .entries()
    .filter(([, { value }]) => isTree(value) || value === null);
}

function agentOf(name: string, agent: Written): AgentConfig {
  return { name, at: agent.keyAt(), ...readKeys(AGENT, agent) };
}

function modelOf(name: string, model: Written): ModelConfig {
  const keys = readKeys(MODEL, model);
  return { name, at: model.keyAt(), ...keys, id: keys.id ?? name };
}

function tiersOf(merged: Merged, root: Written): RouterConfig['tiers'] {
  const { fast, balanced, premium } = modelsByTier(merged);
  const placed = (models: TierModel[]) =>
    models.map(({ name, path }) => ({ value: name, at: root.fromRoot(path).at() }));
  return { fast: placed(fast), balanced: placed(balanced), premium: placed(premium) };
}
