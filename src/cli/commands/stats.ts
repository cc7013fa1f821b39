import { toMicroUsd } from '../../domain/cost.js';
import { failure } from '../../domain/failure.js';
import { dollars } from '../../domain/money.js';
import { err, ok, type Result } from '../../domain/result.js';
import { type DayReport, dailyReport, emptyDay } from '../../router/daily-report.js';
import { ledgerAccess } from '../../router/ledger.js';
import { ledgerPathOf, loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { dailyScreen } from '../daily-screen.js';
import { reportEarly } from '../report.js';

/** The options of `stats`. */
export interface StatsOptions {
  since?: string;
  until?: string;
  json?: boolean;
}

/** `stats`: what was done and spent, day by day; today unless days are named. */
export async function runStats(context: CommandContext, options: StatsOptions): Promise<number> {
  const { world, output } = context;
  const format = options.json === true ? 'json' : 'text';
  const today = new Date(world.clock.now()).toISOString().slice(0, 10);
  const days = daysOf(options, today);
  if (!days.ok) return reportEarly(context, { failure: days.error }, format);
  const file = ledgerPathOf(context, await loadCommandConfig(context));
  const access = ledgerAccess({ file, now: world.clock.now, project: '', warn: () => {} });
  const report = await dailyReport(access, days.value);
  access.close();
  if (!report.ok) {
    const { message, hint } = report.error;
    return reportEarly(context, { failure: failure('input', message, { hint }) }, format);
  }
  if (options.json === true) {
    await output.data(`${JSON.stringify(report.value)}\n`);
    return 0;
  }
  const paint = await output.paint('stdout');
  const shown: DayReport[] =
    report.value.days.length === 0 ? [emptyDay(days.value.until)] : report.value.days;
  await output.data(`${shown.map((day) => dailyScreen(day, paint)).join('\n\n')}\n`);
  const { runs, usd } = report.value.held;
  if (runs > 0) await output.say(`${runs} runs that are not over hold ${dollars(toMicroUsd(usd))}`);
  return 0;
}

function daysOf(
  { since, until }: StatsOptions,
  today: string,
): Result<{ since: string; until: string }, ReturnType<typeof failure>> {
  for (const [flag, day] of [
    ['--since', since],
    ['--until', until],
  ] as const) {
    if (day === undefined || isDay(day)) continue;
    return err(failure('usage', `${flag}: \`${day}\` is not a day such as \`2026-11-20\``));
  }
  return ok({ since: since ?? until ?? today, until: until ?? today });
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
