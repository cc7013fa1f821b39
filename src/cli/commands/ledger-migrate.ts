import { type Migrated, migrateLedger, migrationOf } from '../../ledger/migrate.js';
import { ledgerName } from '../../ledger/where.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerToChange } from '../ledger-place.js';
import { reportEarly } from '../report.js';

/** `ledger migrate`: makes the schema, or brings it up to date. With `--check` exit 1 if that is to be done. */
export async function runLedgerMigrate(
  context: CommandContext,
  { check = false, json = false }: { check?: boolean; json?: boolean },
): Promise<number> {
  const { output } = context;
  const loaded = usableConfig(await loadCommandConfig(context));
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const place = ledgerToChange(context, loaded.value);
  if (!place.ok) return reportEarly(context, { failure: place.error });
  const done = await (check ? migrationOf : migrateLedger)(place.value);
  if (!done.ok) return reportEarly(context, { failure: ledgerFailure(done.error) });
  const ledger = ledgerName(place.value);
  const { from, to } = done.value;
  if (json) await output.json({ ledger, from, to, done: !check && from < to });
  else await output.data(`${words(done.value, { ledger, check })}\n`);
  return check && from < to ? 1 : 0;
}

function words({ from, to }: Migrated, { ledger, check }: { ledger: string; check: boolean }): string {
  if (from === to) return `the schema of ${ledger} is up to date: version ${to}`;
  if (from === 0) return `${check ? 'would make' : 'made'} the schema of ${ledger}: version ${to}`;
  return `${check ? 'would bring' : 'brought'} the schema of ${ledger} from version ${from} to ${to}`;
}
