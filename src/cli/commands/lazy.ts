import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { DoctorOptions } from './doctor.js';

/** Registers `doctor`, `trace` and `template`. Their code is loaded when they run. */
export function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option('--clear-cooldowns', 'forget who is left alone after failures')
    .option('--json', 'print one JSON document');
  doctor.action(async (options: DoctorOptions) => {
    const { runDoctor } = await import('./doctor.js');
    return runDoctor(context, options);
  });

  const trace = register(program, 'trace');
  trace.command
    .description('List the newest invocations, or show one')
    .option('-n, --last <count>', 'how many', parseCount, 10)
    .option('--json', 'print a JSON array');
  trace.action(async (options: { last: number; json?: boolean }) => {
    const { runTraceList } = await import('./trace.js');
    return runTraceList(context, options);
  });

  const show = register(trace.command, 'show');
  show.command
    .description('Show one invocation: plan, attempts, cost, failure')
    .argument('<id>', 'its id, or the beginning of it')
    .option('--json', 'print the trace as it was recorded');
  show.action(async (id: string, options: { json?: boolean }) => {
    const { runTraceShow } = await import('./trace.js');
    return runTraceShow(context, id, options);
  });

  const template = register(program, 'template');
  template.command
    .description('Print an annotated example config')
    .argument('[name]', 'which one', 'quick-start')
    .option('--list', 'list them');
  template.action(async (name: string, options: { list?: boolean }) => {
    const { runTemplate } = await import('./template.js');
    return runTemplate(context, name, options);
  });
}
