import { existsSync } from 'node:fs';
import { toMicroUsd } from '../../domain/cost.js';
import { dollars } from '../../domain/money.js';
import { type UsageReport, usageReport } from '../../reports/usage-report.js';
import { type LoadedCommandConfig, loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerPlaceOf } from '../ledger-place.js';
import { legendOf, printLegend, printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import { usageCsv, usageJson } from '../usage-json.js';
import { type Look, usageScreen, usageTable } from '../usage-screen.js';
import { queryOf, raceQueryOf, type StatsOptions } from './stats-query.js';

/** `stats`: invocations, tokens and cost of a range of days, grouped as asked. */
export async function runStats(context: CommandContext, options: StatsOptions): Promise<number> {
  const { world, output } = context;
  const format = options.json === true ? 'json' : options.format;
  const here = { nowMs: world.clock.now(), cwd: world.cwd };
  if (options.races === true) return runRaces(context, options, { format, here });
  const query = queryOf(options, here);
  if (!query.ok) return reportEarly(context, { failure: query.error });
  const ledger = ledgerPlaceOf(context, await loadForLedger(context));
  const report = await usageReport(ledger, query.value);
  if (!report.ok) return reportEarly(context, { failure: ledgerFailure(report.error) });
  const named = world.env.LLM_ROUTER_LEDGER ?? '';
  if (named !== '' && (ledger.shared ?? null) === null && !existsSync(ledger.file))
    await output.warn(`\`LLM_ROUTER_LEDGER\` names \`${ledger.file}\`, and there is no such file yet`);
  const [first] = report.value.tables;
  if (format === 'json') await output.file(`${JSON.stringify(usageJson(report.value))}\n`);
  else if (format === 'csv') await output.file(first === undefined ? '' : usageCsv(first));
  else {
    const look = await lookOf(context);
    const isGeneral = query.value.by === null || first === undefined;
    if (isGeneral) await printGeneral(context, usageScreen(report.value, look));
    else await printTable(context, { ...usageTable(first, report.value.total, look), signs: SIGNS });
    await sayNotes(context, report.value);
  }
  return 0;
}

async function printGeneral(context: CommandContext, screen: string): Promise<void> {
  const isMarked = context.world.stdout.isTerminal && legendOf(screen, SIGNS) !== null;
  await context.output.prose(`${screen}\n${isMarked ? '\n' : ''}`);
  await printLegend(context, screen, SIGNS);
}

async function runRaces(
  context: CommandContext,
  options: StatsOptions,
  { format, here }: { format: StatsOptions['format']; here: { nowMs: number; cwd: string } },
): Promise<number> {
  const query = raceQueryOf(options, here);
  if (!query.ok) return reportEarly(context, { failure: query.error });
  const ledger = ledgerPlaceOf(context, await loadForLedger(context));
  const { printRaces } = await import('./stats-races.js');
  return printRaces(context, ledger, { query: query.value, format });
}

const SIGNS = { '-': 'nothing to compare', '?': 'unknown', '+?': 'and a part without a price' };

/** The config, for where the ledger is; warns when its errors hide that. */
async function loadForLedger(context: CommandContext): Promise<LoadedCommandConfig> {
  const loaded = await loadCommandConfig(context);
  if (loaded.config === null) {
    const more = 'the default ledger is read; see `llm-router config validate`';
    await context.output.warn(`the configuration has errors: ${more}`);
  }
  return loaded;
}

async function lookOf({ world, output }: CommandContext): Promise<Look> {
  const { columns, isTerminal } = world.stdout;
  const paint = await output.paint('stdout');
  return { paint, width: columns || Number.POSITIVE_INFINITY, bars: isTerminal };
}

/** What the figures leave out. */
async function sayNotes({ output }: CommandContext, report: UsageReport): Promise<void> {
  const { held, rows_since: rowsSince, since, until, tables, total } = report;
  if (total.invocations === 0)
    await output.say(`no invocations ${since === until ? `on ${since}` : `from ${since} to ${until}`}`);
  if (held.runs > 0) {
    const runs = held.runs === 1 ? 'unfinished run reserves' : 'unfinished runs reserve';
    await output.say(`${held.runs} ${runs} ${dollars(toMicroUsd(held.usd))}`);
  }
  const needsRows = tables.some(({ by }) => by.some((key) => key === 'session' || key.startsWith('tag:')));
  if (needsRows && rowsSince !== null && since < rowsSince)
    await output.warn(
      `rows before ${rowsSince} were removed: their sums are kept, their sessions and tags are not`,
    );
}
