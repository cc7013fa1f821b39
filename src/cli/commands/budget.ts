import type { Paint } from '../../diagnostics/paint.js';
import { formatUntil } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { LedgerPlace } from '../../ledger/open-ledger.js';
import type { BudgetLine } from '../../reports/budget-line.js';
import { budgetReport, projectsNamed } from '../../reports/budgets.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerPlaceOf } from '../ledger-place.js';
import { printTable } from '../print-table.js';
import { projectFilter } from '../project-filter.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';
import { bar } from '../usage-bars.js';
import { money } from '../usage-words.js';

/** The options of `budget`, as the argument parser gives them. */
export interface BudgetOptions {
  project?: string;
  json?: boolean;
}

/** `budget`: limit, used, reserved and left of every budget that applies here. */
export async function runBudget(context: CommandContext, options: BudgetOptions): Promise<number> {
  const { output, world } = context;
  const usable = usableConfig(await loadCommandConfig(context));
  if (!usable.ok) return reportEarly(context, usable.error);
  const { config, projectDir } = usable.value;
  const place = ledgerPlaceOf(context, usable.value);
  const folder =
    options.project === undefined ? ok(projectDir ?? '') : await folderOf(world.cwd, place, options.project);
  if (!folder.ok) return reportEarly(context, { failure: folder.error });
  const report = await budgetReport(config, place, folder.value);
  if (!report.ok) return reportEarly(context, { failure: ledgerFailure(report.error) });
  if (options.json === true) await output.json({ budgets: report.value });
  else if (report.value.length === 0)
    await output.say('the config sets no daily or monthly budget (`budget` of a policy)');
  else
    await printTable(context, { ...table(context, report.value, await output.paint('stdout')), signs: {} });
  return 0;
}

/** The folder of `--project`; a name must be that of one project that has run something. */
async function folderOf(cwd: string, place: LedgerPlace, text: string): Promise<Result<string, Failure>> {
  const wanted = projectFilter(cwd, text);
  if ('folder' in wanted) return ok(wanted.folder);
  const found = await projectsNamed(place, wanted.name);
  if (!found.ok) return err(ledgerFailure(found.error));
  const [only, ...others] = found.value;
  if (only === undefined)
    return err(
      failure('usage', `no run is of a project \`${text}\``, { hint: 'give the path of its folder' }),
    );
  if (others.length > 0) {
    const hint = `give the path of one: ${found.value.join(', ')}`;
    return err(failure('usage', `several projects have the name \`${text}\``, { hint }));
  }
  return ok(only);
}

const BAR_CELLS = 10;

function table({ world }: CommandContext, lines: readonly BudgetLine[], paint: Paint) {
  const nowMs = world.clock.now();
  const rows = lines.map((line) => [
    scopeText(line),
    line.window,
    line.limit_type,
    money(line.limit_usd),
    money(line.used_usd),
    money(line.reserved_usd),
    money(line.left_usd),
    `${Math.round(((line.used_usd + line.reserved_usd) * 100) / line.limit_usd)}%`,
    world.stdout.isTerminal ? bar(line.used_usd + line.reserved_usd, line.limit_usd, BAR_CELLS) : '',
    formatUntil(Date.parse(line.resets_at), nowMs),
  ]);
  const paintBar = (cells: string, row: number): string => {
    const line = lines[row];
    const part = line === undefined ? 0 : (line.used_usd + line.reserved_usd) / line.limit_usd;
    if (part >= 1) return paint.error(cells);
    return part >= NEARLY ? paint.warning(cells) : paint.hint(cells);
  };
  const columns: Column[] = [
    { title: 'BUDGET', least: 10 },
    { title: 'WINDOW' },
    { title: 'TYPE' },
    { title: 'LIMIT', align: 'right' },
    { title: 'USED', align: 'right' },
    { title: 'RESERVED', align: 'right' },
    { title: 'LEFT', align: 'right' },
    { title: '%', align: 'right' },
    { title: '', rank: 1, paint: paintBar },
    { title: 'RESETS', rank: 2, short: (when) => /\((.*)\)$/.exec(when)?.[1] ?? when },
  ];
  return { columns, rows };
}

/** Share of a limit from which its bar warns. */
const NEARLY = 0.8;

function scopeText({ scope, name }: BudgetLine): string {
  if (scope === 'global') return 'all runs';
  if (scope === 'team') return 'the team';
  return name === null ? 'runs without an agent' : `${scope} ${name}`;
}
