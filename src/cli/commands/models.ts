import { cancelled } from '../../deadline.js';
import { briefDuration } from '../../domain/duration.js';
import { modelsDocument } from '../../router/models/document.js';
import type { ModelsReport, ProviderState } from '../../router/models/report.js';
import type { ModelRow } from '../../router/models/rows.js';
import { commandRouter, loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { printTable } from '../print-table.js';
import { startSpinner } from '../progress.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';
import { money } from '../usage-words.js';
import { countText, plural } from '../words.js';

/** The options of `models`, as the argument parser gives them. */
export interface ModelsCommandOptions {
  tool?: string;
  agent?: string;
  refresh?: boolean;
  json?: boolean;
}

/** `models`: the catalogue, and what the providers of HTTP tools list. Nothing of a config that is not trusted is asked. */
export async function runModels(context: CommandContext, options: ModelsCommandOptions): Promise<number> {
  const { output, world } = context;
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok) return reportEarly(context, usable.error);
  const router = commandRouter(context, usable.value);
  const spinner = startSpinner(context);
  const report = await router
    .models({
      tool: options.tool ?? null,
      agent: options.agent ?? null,
      refresh: options.refresh === true,
      ask: loaded.isTrusted,
      signal: world.signal,
      waiting: (tools) => (tools.length === 0 ? spinner.hide() : spinner.show(`asking ${tools.join(', ')}`)),
    })
    .finally(() => {
      spinner.hide();
      return router.close();
    });
  if (world.signal.aborted) return reportEarly(context, { failure: cancelled(world.signal.reason) });
  if (!report.ok) return reportEarly(context, { failure: report.error });
  const nowMs = world.clock.now();
  if (options.json === true) await output.json(modelsDocument(report.value, nowMs));
  else if (report.value.models.length === 0) await output.say(`tool \`${options.tool}\` lists no models`);
  else await printTable(context, { columns: COLUMNS, rows: report.value.models.map(cellsOf), signs: SIGNS });
  await tell(context, report.value, { nowMs, isTrusted: loaded.isTrusted });
  return 0;
}

const SIGNS = { '-': 'none or unknown', '…': 'cut, whole with `--json`' };

const COLUMNS: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'PROVIDER', rank: 2 },
  { title: 'ID', least: 12, rank: 1 },
  { title: 'TIER', rank: 3 },
  { title: 'WINDOW', align: 'right' },
  { title: 'IN/1M', align: 'right' },
  { title: 'OUT/1M', align: 'right' },
  { title: 'TOOLS', least: 8 },
  { title: 'ALLOWED' },
  { title: 'DEPRECATED', least: 10 },
];

function cellsOf(row: ModelRow): string[] {
  const { name, provider, id, tier, contextWindow, price, tools, isAllowed } = row;
  return [
    name,
    provider || '-',
    id,
    tier ?? '-',
    contextWindow === null ? '-' : tokens(contextWindow),
    price === null ? '-' : money(price.input),
    price === null ? '-' : money(price.output),
    tools.join(', ') || '-',
    isAllowed ? 'yes' : 'no',
    deprecation(row),
  ];
}

/** `200K`, `1.05M` */
function tokens(count: number): string {
  if (count < 1000) return String(count);
  const [share, unit] = count < 999_500 ? [count / 1000, 'K'] : [count / 1e6, 'M'];
  return `${Number(share.toPrecision(3))}${unit}`;
}

function deprecation({ isDeprecated, supersededBy, shutdownDate }: ModelRow): string {
  if (!isDeprecated) return '-';
  const parts = [
    ...(shutdownDate === null ? [] : [`ends ${shutdownDate}`]),
    ...(supersededBy === null ? [] : [`use ${supersededBy}`]),
  ];
  return parts.join(', ') || 'yes';
}

/** Says how old kept lists are, and warns of providers that could not be asked. */
async function tell(
  { output }: CommandContext,
  { providers }: ModelsReport,
  { nowMs, isTrusted }: { nowMs: number; isTrusted: boolean },
): Promise<void> {
  const ageOf = ({ listedAtMs }: ProviderState): string =>
    `${briefDuration(Math.max(0, nowMs - (listedAtMs ?? nowMs)))} ago`;
  for (const one of providers.filter(({ isNotable }) => isNotable)) {
    const instead = one.state === 'stale' ? `; its list is from ${ageOf(one)}` : '';
    const hint = one.failure?.hint ?? null;
    await output.warn(`${one.failure?.message}${instead}${hint === null ? '' : ` (${hint})`}`);
  }
  for (const { tool, models } of providers.filter(({ isCut }) => isCut))
    await output.warn(
      `\`${tool}\` lists more than ${countText(models.length)} models; the others are left out`,
    );
  if (!isTrusted)
    await output.warn('the config is not trusted, so no provider was asked (llm-router config trust)');
  const kept = providers.filter(({ state, isNotable }) => ['kept', 'stale'].includes(state) && !isNotable);
  if (kept.length > 0) {
    const ages = kept.map((one) => `${one.tool} (${plural(one.models.length, 'model')}) from ${ageOf(one)}`);
    await output.say(`lists of providers from the cache: ${ages.join(', ')}; \`--refresh\` asks them again`);
  }
}
