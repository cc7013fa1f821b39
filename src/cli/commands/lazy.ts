import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import { addAudit } from './audit-options.js';
import type { DoctorOptions } from './doctor.js';
import { addStats } from './stats-options.js';
import { addTrace } from './trace-options.js';

/** Registers `doctor`, `trace`, `stats`, `audit` and `template`. Their code is loaded when they run. */
export function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option('--online', 'also try the endpoints of tools of kind `http` (opens a connection, sends nothing)')
    .option('--clear-cooldowns', 'end all cooldowns')
    .option('--json', 'print one JSON document');
  doctor.action(async (options: DoctorOptions) => {
    const { runDoctor } = await import('./doctor.js');
    return runDoctor(context, options);
  });

  addTrace(context, program, register);

  addStats(context, program, register);
  addAudit(context, program, register);

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
