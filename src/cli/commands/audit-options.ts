import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { AuditOptions } from './audit.js';

const EXAMPLES = `
Examples:
  $ llm-router audit --since 7d
  $ llm-router audit --last 1000 --json | jq -r '.[] | select(.audit_event == "budget_override") | .justification'`;

/** Registers `audit`. Its code is loaded when it runs. */
export function addAudit(context: CommandContext, program: Command, register: Register): void {
  const audit = register(program, 'audit');
  audit.command
    .description('List refusals, overrides and trust decisions, newest first')
    .option('-n, --last <count>', 'how many', parseCount, 20)
    .option('--since <when>', 'only entries since: 7d, 12h, 2026-11-20, 2026-11-20T09:30 (UTC)')
    .option('--json', 'print a JSON array')
    .addHelpText('after', EXAMPLES);
  audit.action(async (options: AuditOptions) => {
    const { runAudit } = await import('./audit.js');
    return runAudit(context, options);
  });
}
