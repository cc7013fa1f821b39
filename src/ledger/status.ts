import { ok, type Result } from '../domain/result.js';
import { pendingCount } from './pending.js';
import type { LedgerClock, LedgerLocation } from './place.js';
import type { LedgerTrouble } from './trouble.js';
import { pendingPath } from './where.js';

/** How a ledger was found. */
export interface LedgerStatus {
  engine: 'sqlite' | 'postgresql';
  /** `null`: there is no file yet, or the server could not be asked. */
  engineVersion: string | null;
  /** Version of the schema; 0: there is none. */
  version: number;
  /** The version that this router uses. */
  newest: number;
  mayWrite: boolean;
  bytes: number;
  /** `null`: none yet, or they cannot be read as they are. */
  contents: { invocations: number; reservations: { count: number; microUsd: number } } | null;
  /** Runs of this machine that wait to be taken in. */
  pending: number;
  /** Runs of this machine that wait for other shared databases, by the name of these. */
  others: readonly OtherDatabase[];
  /** Of a shared ledger; `null`: it is a file. */
  server: {
    schema: string;
    /** The schema is there, whether or not this role may use it. */
    isThere: boolean;
    role: string;
    mayMigrate: boolean;
    isReadOnly: boolean;
    isEncrypted: boolean;
    /** Time of the database minus time of this machine, ms. */
    clockAheadMs: number;
    roundTripMs: number;
  } | null;
  /** Why runs cannot use it; `null`: they can. */
  trouble: LedgerTrouble | null;
}

/** A shared database for which records wait. */
interface OtherDatabase {
  database: string;
  /** The variable that names it, which held no URL when they were made; `null`: it is named by itself. */
  variable: string | null;
  pending: number;
}

/** Looks at a ledger, and changes nothing. */
export async function statusOfLedger(
  place: LedgerLocation & LedgerClock,
): Promise<Result<LedgerStatus, LedgerTrouble>> {
  const { file, shared = null } = place;
  const kept = await keptBeside(place);
  if (!kept.ok) return kept;
  if (shared === null) return statusOfOwn(file, kept.value);
  const { statusOfPostgres } = await import('./postgres/admin.js');
  const found = await statusOfPostgres(shared, place);
  if (!found.ok) return ok({ ...UNASKED, ...kept.value, trouble: found.error });
  const { serverVersion, version, newest, mayWrite, contents, trouble, shown: _, ...server } = found.value;
  return ok({
    engine: 'postgresql',
    engineVersion: serverVersion,
    version,
    newest,
    mayWrite: mayWrite && !server.isReadOnly,
    bytes: contents?.bytes ?? 0,
    contents,
    ...kept.value,
    server,
    trouble,
  });
}

/** A server that tells nothing. */
const UNASKED = {
  engine: 'postgresql' as const,
  engineVersion: null,
  version: 0,
  newest: 0,
  mayWrite: false,
  bytes: 0,
  contents: null,
  server: null,
};

type Kept = Pick<LedgerStatus, 'pending' | 'others'>;

/** What waits beside the ledger, for it and for others. */
async function keptBeside(place: LedgerLocation & LedgerClock): Promise<Result<Kept, LedgerTrouble>> {
  const { sharedPendingOf, unnamedPendingPath, variableOf } = await import('./postgres/pending-path.js');
  const { shared = null } = place;
  const unnamed = shared === null ? null : unnamedPendingPath(place.file, shared);
  const own = new Set([await pendingPath(place), ...(unnamed === null ? [] : [unnamed])]);
  let pending = 0;
  for (const path of own) {
    const count = await waitingBeside(path, place);
    if (!count.ok) return count;
    pending += count.value;
  }
  const others: OtherDatabase[] = [];
  for (const { database, path } of sharedPendingOf(place.file)) {
    if (own.has(path)) continue;
    const count = await waitingBeside(path, place);
    if (!count.ok) return count;
    if (count.value > 0) others.push({ database, variable: variableOf(database), pending: count.value });
  }
  return ok({ pending, others });
}

/** Runs in files of records, and those that went on by an allowance. */
async function waitingBeside(path: string, { now }: LedgerClock): Promise<Result<number, LedgerTrouble>> {
  const [{ allowanceFile }, { allowanceRuns }] = await Promise.all([
    import('./allowance.js'),
    import('./file-status.js'),
  ]);
  const byAllowance = await allowanceRuns(allowanceFile(path), now);
  return byAllowance.ok ? ok(pendingCount(path) + byAllowance.value) : byAllowance;
}

async function statusOfOwn(file: string, kept: Kept): Promise<Result<LedgerStatus, LedgerTrouble>> {
  const { mayMake, NEWEST_FILE, statusOfFile } = await import('./file-status.js');
  const found = await statusOfFile(file);
  if (!found.ok) return found;
  const base = { engine: 'sqlite' as const, newest: NEWEST_FILE, ...kept, server: null, trouble: null };
  if (found.value === null)
    return ok({
      ...base,
      engineVersion: null,
      version: 0,
      mayWrite: mayMake(file),
      bytes: 0,
      contents: null,
    });
  return ok({ ...base, ...found.value });
}
