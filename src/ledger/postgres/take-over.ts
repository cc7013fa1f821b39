import { err, ok, type Result } from '../../domain/result.js';
import { userName } from '../../files/account.js';
import type { RunRecords } from '../ledger.js';
import type { LedgerClock } from '../place.js';
import type { LedgerTrouble } from '../trouble.js';
import { type Database, databaseAt, prepare } from './database.js';
import type { PostgresPlace } from './place.js';
import { rowsSince } from './prune.js';
import { addRecords } from './records.js';
import { lockKey } from './schema.js';
import { LONG_MS, type Transaction, transaction } from './transaction.js';
import { type Translation, translatedRecords } from './translated.js';
import { serverTrouble } from './trouble.js';

/** A shared ledger that takes in rows of another. */
export interface TakingOver {
  /** The first day that still has its rows; `null`: none was ever removed. What is older may have been counted and removed. */
  rowsSince: string | null;
  /** Adds records in one transaction: repeating it changes nothing. Returns the ids that were not there before. */
  add(records: readonly RunRecords[]): Promise<Result<ReadonlySet<string>, LedgerTrouble>>;
  close(): void;
}

/** Connects, and makes the schema where there is none. */
export async function takingOver(
  place: PostgresPlace,
  clock: LedgerClock,
): Promise<Result<TakingOver, LedgerTrouble>> {
  const found = databaseAt(place, clock);
  if (!found.ok) return found;
  const database = found.value;
  const close = () => database.sessions.close();
  const readiness = await prepare(database, { makes: true });
  if (readiness !== 'ready' && readiness !== 'missing') {
    close();
    return err(readiness);
  }
  await database.clocks.refresh(database.sessions);
  const first = await write(database, (tx) => rowsSince(tx));
  if (!first.ok) {
    close();
    return first;
  }
  const translation = translationOf(database, place);
  return ok({
    rowsSince: first.value,
    add: (records) =>
      add(
        database,
        records.map((one) => translatedRecords(one, translation)),
      ),
    close,
  });
}

function translationOf({ clocks, sessions }: Database, { env }: PostgresPlace): Translation {
  return {
    user: userName(env),
    now: clocks.now,
    aheadMs: () => clocks.aheadMs,
    refresh: () => clocks.refresh(sessions),
  };
}

/** Where an answer is lost the work is done again, and what the first time has added still counts as new. */
async function add(
  database: Database,
  records: readonly RunRecords[],
): Promise<Result<ReadonlySet<string>, LedgerTrouble>> {
  const fresh = new Set<string>();
  const done = await write(database, async (tx) => {
    for (const id of await addRecords(tx, records)) fresh.add(id);
  });
  return done.ok ? ok(fresh) : done;
}

async function write<T>(
  { sessions, schema, shown }: Database,
  work: (tx: Transaction) => Promise<T>,
): Promise<Result<T, LedgerTrouble>> {
  const beginning = { kind: 'write' as const, schema, lock: lockKey(schema, 'money'), waitMs: LONG_MS };
  try {
    return ok(await sessions.use((connection) => transaction(connection, beginning, work), LONG_MS));
  } catch (error) {
    return err(serverTrouble(error, shown));
  }
}
