import { ok, type Result } from '../domain/result.js';
import { ownIdentity } from '../process/this-process.js';
import type { Ledger, LedgerReader, LedgerTrouble } from './ledger.js';
import { livenessOfOwner } from './liveness.js';
import { openFile, openToRead } from './open.js';
import type { LedgerPlace, OpenReader, SharedPlace } from './place.js';
import { type LedgerWorld, sqliteLedger } from './sqlite-ledger.js';

export type { LedgerPlace, OpenReader } from './place.js';

/** Opens the ledger of this process, makes it where it is missing, and brings its schema up to date. */
export async function openLedger(place: LedgerPlace): Promise<Result<Ledger, LedgerTrouble>> {
  if (isShared(place)) return (await import('./postgres/open.js')).openPostgres(place);
  const db = await openFile(place.file, place);
  return db.ok ? ok(sqliteLedger(db.value, worldOf(place))) : db;
}

/** Opens it to read; `null`: there is none yet. Changes nothing. */
export async function openReader(place: LedgerPlace): Promise<Result<OpenReader | null, LedgerTrouble>> {
  if (isShared(place)) return (await import('./postgres/open.js')).readPostgres(place);
  const db = await openToRead(place.file, place.ending);
  if (!db.ok || db.value === null) return db.ok ? ok(null) : db;
  const opened = db.value;
  const world = worldOf(place);
  return ok({
    ...sqliteLedger(opened, world),
    toWrite: async () => {
      const db = await openFile(place.file, place, opened);
      return db.ok ? ok(sqliteLedger(db.value, world)) : db;
    },
    leave: () => {},
  });
}

/** Reads from the ledger and closes it again; `null`: there is none yet. Changes nothing. */
export async function readLedger<T>(
  place: LedgerPlace,
  ask: (ledger: LedgerReader) => Promise<Result<T, LedgerTrouble>>,
): Promise<Result<T | null, LedgerTrouble>> {
  const reader = await openReader(place);
  if (!reader.ok || reader.value === null) return reader.ok ? ok(null) : reader;
  try {
    return await ask(reader.value);
  } finally {
    reader.value.close();
  }
}

function isShared(place: LedgerPlace): place is SharedPlace {
  return (place.shared ?? null) !== null;
}

function worldOf({ file, now, ending, warn = () => {} }: LedgerPlace): LedgerWorld {
  return {
    file,
    now,
    ending,
    warn,
    owner: JSON.stringify(ownIdentity()),
    livenessOf: livenessOfOwner,
  };
}
