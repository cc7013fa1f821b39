import { err, ok, type Result } from '../domain/result.js';
import type { LedgerClock, LedgerLocation } from './place.js';
import { statusOfLedger } from './status.js';
import type { LedgerTrouble } from './trouble.js';

/** The versions of a schema from before and from now on; 0: there was none. */
export interface Migrated {
  from: number;
  to: number;
}

/** What a migration would do; the error is why it could not. */
export async function migrationOf(
  place: LedgerLocation & LedgerClock,
): Promise<Result<Migrated, LedgerTrouble>> {
  const found = await statusOfLedger(place);
  if (!found.ok) return found;
  const { engineVersion, version, newest, server, trouble } = found.value;
  // An older schema, and one that is not there, is what a migration is for.
  const isForeign = trouble?.kind === 'foreign' || trouble?.kind === 'newer';
  const isRefused = server !== null && version < newest && !server.mayMigrate;
  if (trouble !== null && (isForeign || isRefused || engineVersion === null)) return err(trouble);
  return ok({ from: version, to: newest });
}

/** Makes the schema of a ledger, or brings it up to date. */
export async function migrateLedger(
  place: LedgerLocation & LedgerClock,
): Promise<Result<Migrated, LedgerTrouble>> {
  const { shared = null } = place;
  if (shared !== null) {
    const { migratePostgres } = await import('./postgres/admin.js');
    return migratePostgres(shared, place);
  }
  const before = await migrationOf(place);
  if (!before.ok) return before;
  const { openLedger } = await import('./open-ledger.js');
  const opened = await openLedger(place);
  if (!opened.ok) return opened;
  opened.value.close();
  return before;
}
