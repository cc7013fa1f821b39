import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';

/** Registers `ledger` and its commands. Their code is loaded when they run. */
export function addLedger(context: CommandContext, program: Command, register: Register): void {
  const ledger = register(program, 'ledger');
  ledger.command.description('Look at the ledger, set up a shared one, or move to it');

  const status = register(ledger.command, 'status');
  status.command
    .description('Show where the ledger is, whether it can be used, its version, rights and size')
    .option('--json', 'print one JSON document');
  status.action(async (options: { json?: boolean }) => {
    const { runLedgerStatus } = await import('./ledger-status.js');
    return runLedgerStatus(context, options);
  });

  const migrate = register(ledger.command, 'migrate');
  migrate.command
    .description('Make the schema of the ledger, or bring it up to date; of a shared one its owner does')
    .option('--check', 'change nothing; exit 1 if there is something to do')
    .option('--json', 'print one JSON document');
  migrate.action(async (options: { check?: boolean; json?: boolean }) => {
    const { runLedgerMigrate } = await import('./ledger-migrate.js');
    return runLedgerMigrate(context, options);
  });

  const take = register(ledger.command, 'import');
  take.command
    .description('Add the runs of a ledger file to the shared ledger, each once')
    .argument('[file]', 'the ledger file (default: that of this user)')
    .option('--json', 'print one JSON document');
  take.action(async (file: string | undefined, options: { json?: boolean }) => {
    const { runLedgerImport } = await import('./ledger-import.js');
    return runLedgerImport(context, file, options);
  });
}
