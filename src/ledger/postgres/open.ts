import { err, ok, type Result } from '../../domain/result.js';
import { identityFrom, type Liveness } from '../../process/identity.js';
import { livenessOf, ownIdentity } from '../../process/this-process.js';
import type { Ledger } from '../ledger.js';
import { hasPending } from '../pending.js';
import type { OpenReader, SharedPlace } from '../place.js';
import type { LedgerTrouble } from '../trouble.js';
import { DATABASE_NOW } from './clock.js';
import { type Database, databaseAt, prepare } from './database.js';
import { importPending, withPending } from './pending.js';
import { sharedPendingPath } from './pending-path.js';
import type { PostgresPlace } from './place.js';
import { postgresLedger } from './postgres-ledger.js';
import { translated } from './translated.js';
import { userName } from './user-name.js';

/** Connections of a process that many runs share. */
const MANY = 4;

/** Opens the ledger in a PostgreSQL database, makes its schema where there is none, and takes in pending records. */
export async function openPostgres(place: SharedPlace): Promise<Result<Ledger, LedgerTrouble>> {
  const opened = await opening(place, { makes: true });
  if (!opened.ok) return opened;
  await opened.value.takeIn();
  return ok(opened.value.ledger);
}

/** Opens it to read; `null`: there is no ledger yet. Changes nothing but that it takes in pending records, where there are some. */
export async function readPostgres(place: SharedPlace): Promise<Result<OpenReader | null, LedgerTrouble>> {
  const opened = await opening(place, { makes: hasPending(sharedPendingPath(place.file, place.shared)) });
  if (!opened.ok) return opened.error === null ? ok(null) : err(opened.error);
  const { ledger, takeIn } = opened.value;
  await takeIn();
  return ok({ ...ledger, toWrite: async () => ok(ledger) });
}

interface Opened {
  ledger: Ledger;
  /** Takes in pending records; those that it cannot stay for the next time. */
  takeIn(): Promise<void>;
}

async function opening(place: SharedPlace, how: { makes: true }): Promise<Result<Opened, LedgerTrouble>>;
async function opening(
  place: SharedPlace,
  how: { makes: boolean },
): Promise<Result<Opened, LedgerTrouble | null>>;
async function opening(
  { shared, file, now, ending, gathers = false, warn = () => {} }: SharedPlace,
  { makes }: { makes: boolean },
): Promise<Result<Opened, LedgerTrouble | null>> {
  const database = databaseAt(shared, { now, ending, most: gathers ? MANY : 1 });
  if (!database.ok) return database;
  const { sessions } = database.value;
  const readiness = await prepare(database.value, { makes });
  if (readiness !== 'ready') {
    sessions.close();
    return err(readiness === 'missing' ? null : readiness);
  }
  const pending = sharedPendingPath(file, shared);
  const ledger = withPending(ledgerOf(database.value, shared), { file: pending, warn });
  return ok({ ledger, takeIn: async () => void (await importPending(ledger, pending, warn)) });
}

function ledgerOf({ sessions, shown, schema, clocks }: Database, { leaseMs, env }: PostgresPlace): Ledger {
  const ledger = postgresLedger({
    sessions,
    schema,
    shown,
    now: DATABASE_NOW,
    leaseMs,
    owner: JSON.stringify(ownIdentity()),
    livenessOf: livenessHere,
  });
  const { now } = clocks;
  return translated(ledger, {
    user: userName(env),
    now,
    aheadMs: () => clocks.aheadMs,
    refresh: () => clocks.refresh(sessions),
  });
}

/**
 * Whether a process is alive that was started on this machine since its boot. Of any other its lease decides: machines of a fleet may
 * share a name, so that another boot is no sign of death.
 */
function livenessHere(owner: string): Liveness {
  const identity = identityFrom(JSON.parse(owner));
  const { bootId } = ownIdentity();
  if (identity === null || bootId === null || identity.bootId !== bootId) return 'unknown';
  return livenessOf(identity);
}
