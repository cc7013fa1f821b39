import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { AuditOptions } from './audit.js';

/** Registers `audit` and `audit show`. Its code is loaded when it runs. */
export function addAudit(context: CommandContext, program: Command, register: Register): void {
  const audit = register(program, 'audit');
  audit.command
    .description('List refusals, overrides and trust decisions, newest first')
    .option('-n, --last <count>', 'how many', parseCount, 20)
    .option('--since <when>', 'only entries since: 7d, 12h, 2026-11-20, 2026-11-20T09:30 (UTC)')
    .option('--project <path or name>', 'only of this project')
    .option('-a, --agent <name>', 'only of this agent')
    .option('--tool <name>', 'only on this tool')
    .option('--model <name>', 'only on this model')
    .option('--json', 'print a JSON array');
  audit.action(async (options: AuditOptions) => {
    const { runAudit } = await import('./audit.js');
    return runAudit(context, options);
  });

  const show = register(audit.command, 'show');
  show.command
    .description('Show the entries of one invocation in full')
    .argument('<id>', 'id of the invocation, a unique prefix of it, or `last` for the newest entry')
    .option('--json', 'print a JSON array');
  show.action(async (id: string, options: { json?: boolean }) => {
    const { runAuditShow } = await import('./audit-show.js');
    return runAuditShow(context, id, options);
  });
}
