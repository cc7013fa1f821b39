import type { ToolConfig } from '../../config/types.js';
import { ACCESS_LEVELS, emptyRequest } from '../../domain/request.js';
import type { ToolState } from '../../router/planning/facts.js';
import type { Router } from '../../router/router.js';
import { commandRouter, loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';

/** `tools`: what the config defines, and which of it can run here. Runs nothing. */
export async function runTools(context: CommandContext, options: { json?: boolean }): Promise<number> {
  const { output, world } = context;
  const usable = usableConfig(await loadCommandConfig(context));
  if (!usable.ok) return reportEarly(context, usable.error);
  const router = commandRouter(context, usable.value);
  const lines = await linesOf(router, world.cwd).finally(() => router.close());
  if (options.json === true) await output.json({ tools: lines });
  else await printTable(context, { columns: COLUMNS, rows: lines.map(rowOf), signs: SIGNS });
  return 0;
}

async function linesOf(router: Router, cwd: string) {
  const [states, agents] = await Promise.all([router.tools(), agentsOf(router, cwd)]);
  return states.map((state) => lineOf(state, agents.get(state.tool.name) ?? []));
}

function lineOf({ tool, availability, billing, access, costCap }: ToolState, agents: readonly string[]) {
  return {
    name: tool.name,
    kind: tool.kind,
    built_in: tool.builtIn,
    runs: targetOf(tool),
    models: tool.models.map(({ value }) => value),
    billing,
    access,
    cost_cap: costCap,
    agents,
    ready: availability.available,
    reason: availability.available ? null : availability.detail,
    hint: availability.available ? null : availability.hint,
  };
}

/** The binary or the URL; `null`: it runs in-process. */
function targetOf(tool: ToolConfig): string | null {
  if (tool.kind === 'command') return tool.binary.value;
  return tool.kind === 'http' ? tool.baseUrl.value : null;
}

/** The agents that could run each tool, fallbacks included. */
async function agentsOf(router: Router, cwd: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const agent of Object.keys(router.config.agents)) {
    const planned = await router.plan({ ...emptyRequest(cwd), agent });
    if (!planned.ok) continue;
    const { candidates, rejected } = planned.value.plan;
    for (const tool of new Set([...candidates, ...rejected].flatMap((pair) => pair.tool ?? [])))
      found.set(tool, [...(found.get(tool) ?? []), agent]);
  }
  return found;
}

const SIGNS = { '-': 'none', '…': 'cut, whole in `llm-router doctor --all`' };

const COLUMNS: readonly Column[] = [
  { title: 'TOOL', least: 8 },
  { title: 'KIND', rank: 5 },
  { title: 'RUNS', least: 10, rank: 2 },
  { title: 'MODELS', align: 'right', rank: 1 },
  { title: 'BILLING' },
  { title: 'ACCESS', rank: 4 },
  { title: 'CAP', rank: 3 },
  { title: 'AGENTS', least: 8 },
  // The tool is in the first column.
  { title: 'NOW', least: 12, short: (now) => now.replace(/, and tool .*$/, '') },
];

function rowOf(line: ReturnType<typeof lineOf>): string[] {
  const { name, kind, runs, models, billing, access, cost_cap: cap, agents, ready, reason } = line;
  const levels = access.length === ACCESS_LEVELS.length ? 'any' : access.join(', ');
  const now = ready ? 'ready' : (reason ?? 'unknown');
  const count = String(models.length);
  return [name, kind, runs ?? '-', count, billing, levels, cap, agents.join(', ') || '-', now];
}
