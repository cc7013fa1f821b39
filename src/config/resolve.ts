import { TIERS } from '../domain/request.js';
import type { Merged } from './layers.js';
import { resolveAgent } from './resolve/agents.js';
import { resolveModel } from './resolve/models.js';
import { resolvePolicies } from './resolve/policies.js';
import { type Folders, type Reader, readerAt } from './resolve/reader.js';
import { resolveTool } from './resolve/tools.js';
import { LEDGER_RETENTION_DAYS, RETENTION_DAYS } from './schema/parts.js';
import { at, record } from './tree.js';
import type { RouterConfig, ToolConfig } from './types.js';

export type { Folders } from './resolve/reader.js';

/** Built-in tools in order of preference; others follow, `mock` is last. */
const TOOL_ORDER = [
  ...['claude-code', 'codex', 'gemini', 'opencode', 'qwen-code', 'copilot', 'ollama'],
  ...['anthropic', 'openai', 'openrouter'],
];

/** Turns a tree without findings into the config that everything else reads: defaults filled in, paths absolute. */
export function resolveConfig(merged: Merged, folders: Folders): RouterConfig {
  const root = readerAt(merged, [], folders);
  return {
    files: merged.layers.flatMap((layer) => layer.sources.map((source) => source.file)),
    defaultAgent: root.placed('default_agent'),
    agents: record(root.entries('agents').map(([name, agent]) => [name, resolveAgent(name, agent)])),
    tools: record(toolsOf(merged, root).map((tool) => [tool.name, tool])),
    models: record(root.entries('models').map(([name, model]) => [name, resolveModel(name, model)])),
    tiers: tiersOf(root),
    policies: resolvePolicies(root.entries('policies')),
    audit: { retentionDays: root.number('audit.retention_days') ?? 90 },
    traces: {
      enabled: root.flag('traces.enabled') ?? true,
      dir: root.file('traces.dir'),
      retentionDays: root.number('traces.retention_days') ?? RETENTION_DAYS,
    },
    ledger: {
      path: root.file('ledger.path'),
      retentionDays: root.number('ledger.retention_days') ?? LEDGER_RETENTION_DAYS,
    },
  };
}

function toolsOf(merged: Merged, root: Reader): ToolConfig[] {
  const builtIn = merged.layers.filter((layer) => layer.name === 'built-in');
  const isBuiltIn = (name: string) => builtIn.some((layer) => at(layer.value, ['tools', name]) !== undefined);
  const tools = root.entries('tools').map(([name, tool]) => resolveTool(name, tool, isBuiltIn(name)));
  return tools.sort((a, b) => rank(a) - rank(b));
}

/** The user's own tools in the order in which they are written, then the built-in ones. */
function rank(tool: ToolConfig): number {
  if (!tool.builtIn) return -1;
  if (tool.kind === 'mock') return TOOL_ORDER.length + 1;
  const index = TOOL_ORDER.indexOf(tool.name);
  return index === -1 ? TOOL_ORDER.length : index;
}

function tiersOf(root: Reader): RouterConfig['tiers'] {
  const [fast, balanced, premium] = TIERS.map((tier) => root.texts(`tiers.${tier}`) ?? []);
  return { fast: fast ?? [], balanced: balanced ?? [], premium: premium ?? [] };
}
