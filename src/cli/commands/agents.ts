import { dollars } from '../../domain/money.js';
import { pairName } from '../../domain/plan.js';
import { type AgentLine, agentLines } from '../../router/agent-lines.js';
import { commandRouter, loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';

/** `agents`: what the config defines, and what each agent would run now. Runs nothing. */
export async function runAgents(context: CommandContext, options: { json?: boolean }): Promise<number> {
  const { output, world } = context;
  const usable = usableConfig(await loadCommandConfig(context));
  if (!usable.ok) return reportEarly(context, usable.error);
  const router = commandRouter(context, usable.value);
  const lines = await agentLines(router, world.cwd).finally(() => router.close());
  if (options.json === true) await output.json({ agents: lines });
  else if (lines.length === 0)
    await output.say('the config defines no agents (see `llm-router config init`)');
  else await printTable(context, { columns: COLUMNS, rows: lines.map(rowOf), signs: SIGNS });
  return 0;
}

const SIGNS = { '-': 'none', '…': 'cut, whole in `llm-router doctor`' };

const COLUMNS: readonly Column[] = [
  { title: 'AGENT', least: 8 },
  { title: 'PREFERS', least: 8 },
  { title: 'ACCESS' },
  { title: 'POLICY', rank: 1 },
  { title: 'BILLING', rank: 2 },
  { title: 'CAP', align: 'right', rank: 3 },
  { title: 'NOW', least: 16 },
];

function rowOf(line: AgentLine): string[] {
  const { name, is_default, access, policy, billing, cap_usd: cap } = line;
  return [
    is_default ? `${name} (default)` : name,
    pairName({ tool: line.preferred_tool, model: line.preferred_model }) || '-',
    access,
    policy,
    billing ?? '-',
    cap === null ? '-' : dollars(Math.round(cap * 1_000_000)),
    nowText(line),
  ];
}

function nowText({ ready, tool, model, reason, preferred_tool: preferred }: AgentLine): string {
  if (!ready) return `no tool: ${reason ?? 'none is configured'}`;
  const pair = pairName({ tool, model });
  return preferred !== null && tool !== preferred ? `fallback ${pair}: ${reason ?? ''}` : `ready: ${pair}`;
}
