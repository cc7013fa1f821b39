import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { DoctorOptions } from './doctor.js';
import { addTrace } from './trace-options.js';

/** Registers `doctor`, `trace`, `stats` and `template`. Their code is loaded when they run. */
export function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option('--online', 'also try the endpoints of tools of kind `http` (connects, asks nothing)')
    .option('--clear-cooldowns', 'forget who is left alone after failures')
    .option('--json', 'print one JSON document');
  doctor.action(async (options: DoctorOptions) => {
    const { runDoctor } = await import('./doctor.js');
    return runDoctor(context, options);
  });

  addTrace(context, program, register);

  const stats = register(program, 'stats');
  stats.command
    .description('Show what was done and spent, day by day (UTC); today unless days are named')
    .option('--daily', 'one report a day (the default)')
    .option('--since <day>', 'the first day, as 2026-11-20')
    .option('--until <day>', 'the last day (default: today)')
    .option('--json', 'print one JSON document');
  stats.action(async (options: { since?: string; until?: string; json?: boolean }) => {
    const { runStats } = await import('./stats.js');
    return runStats(context, options);
  });

  const template = register(program, 'template');
  template.command
    .description('Print an annotated example config')
    .argument('[name]', 'which one', 'quick-start')
    .option('--list', 'list them')
    .option('--json', 'with --list: print a JSON array');
  template.action(async (name: string, options: { list?: boolean; json?: boolean }) => {
    const { runTemplate } = await import('./template.js');
    return runTemplate(context, name, options);
  });
}
