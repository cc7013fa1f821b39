import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { StatsOptions } from './stats-query.js';

/** Registers `stats` and `stats prune`. Their code is loaded when they run. */
export function addStats(context: CommandContext, program: Command, register: Register): void {
  const stats = register(program, 'stats');
  stats.command
    .description('Show usage: invocations, tokens, cost, savings, failures, latency')
    .option('--daily', 'today, or day by day (the default)')
    .option('--weekly', 'this week (from Monday), or week by week')
    .option('--monthly', 'this month, or month by month')
    .option('--since <when>', 'the first day: 2026-11-01, 30d')
    .option('--until <when>', 'the last day (default: today)')
    .option(
      '--by <keys>',
      'group by agent, tool, model, day, week, month, session, tag:<key>; several with commas',
    )
    .option(
      '--races',
      'how often candidates of races passed, and what a pass costs; --by takes task too, but no session and tags',
    )
    .option('--project <path or name>', 'only runs of this project')
    .option('-a, --agent <name>', 'only runs of this agent')
    .option('--tool <name>', 'only runs on this tool')
    .option('--model <name>', 'only runs on this model')
    .addOption(
      new Option('--format <format>', 'what stdout carries')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .option('--json', 'the same as --format json');
  stats.action(async (options: StatsOptions) => {
    const { runStats } = await import('./stats.js');
    return runStats(context, options);
  });

  const prune = register(stats.command, 'prune');
  prune.command
    .description('Remove the rows of old invocations; their sums by day, agent, tool and model are kept')
    .option('--older-than <age>', 'older than this: 90d, 52w (default: `ledger.retention_days`)')
    .option('--json', 'print how many as JSON');
  prune.action(async (options: { olderThan?: string; json?: boolean }) => {
    const { runStatsPrune } = await import('./stats-prune.js');
    return runStatsPrune(context, options);
  });
}
