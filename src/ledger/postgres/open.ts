import { existsSync } from 'node:fs';
import { err, ok, type Result } from '../../domain/result.js';
import { userName } from '../../files/account.js';
import { identityFrom, type Liveness } from '../../process/identity.js';
import { livenessOf, ownIdentity } from '../../process/this-process.js';
import { allowanceFile } from '../allowance.js';
import { stateOf } from '../file-state.js';
import type { Ledger } from '../ledger.js';
import { hasPending } from '../pending.js';
import type { OpenReader, SharedPlace } from '../place.js';
import type { LedgerTrouble } from '../trouble.js';
import { DATABASE_NOW } from './clock.js';
import { type Database, databaseAt, prepare } from './database.js';
import { importPending, withPending } from './pending.js';
import { sharedPendingPath, unnamedPendingPath } from './pending-path.js';
import type { PostgresPlace } from './place.js';
import { postgresLedger } from './postgres-ledger.js';
import { reconcile } from './reconcile.js';
import { translated } from './translated.js';

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
  const paths = pendingPaths(place);
  const makes = paths.some(hasPending) || existsSync(allowanceFile(paths[0]));
  const opened = await opening(place, { makes });
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
  const paths = pendingPaths({ file, shared });
  const bare = ledgerOf(database.value, shared);
  const takeIn = takingIn(bare, { now, ending, warn, paths });
  return ok({ ledger: withPending(bare, { file: paths[0], warn, takeIn }), takeIn });
}

/** Where records for a database are kept on this machine, and those of runs that lacked its URL. */
function pendingPaths({ file, shared }: Pick<SharedPlace, 'file' | 'shared'>): [string, ...string[]] {
  const unnamed = unnamedPendingPath(file, shared);
  return [sharedPendingPath(file, shared), ...(unnamed === null ? [] : [unnamed])];
}

/** Hands over what was kept on this machine while the database was away. */
function takingIn(
  ledger: Ledger,
  by: Pick<SharedPlace, 'now' | 'ending'> & {
    warn: (message: string) => void;
    paths: readonly [string, ...string[]];
  },
): () => Promise<void> {
  const { paths, warn } = by;
  const allowances = allowanceFile(paths[0]);
  let seen: string | null = null;
  return async () => {
    for (const one of paths) if (hasPending(one)) await importPending(ledger, one, warn);
    const state = stateOf(allowances);
    if (state === seen) return;
    const done = await reconcile(ledger, allowances, by);
    if (!done.ok) warn(`${done.error.message}; what was spent by \`fail_open\` is handed over later`);
    seen = done.ok ? stateOf(allowances) : null;
  };
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
