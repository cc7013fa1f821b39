import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { ownIdentity } from '../process/this-process.js';
import { livenessOfOwner } from './liveness.js';
import { LockQueue } from './lock.js';
import { MIGRATIONS } from './migrations/index.js';
import { openToRead } from './open.js';
import type { LedgerClock } from './place.js';
import { deadReservations } from './reservations.js';
import { schemaState } from './schema-version.js';
import type { Database } from './sqlite.js';
import { transaction } from './transaction.js';
import { type LedgerTrouble, troubleOf } from './trouble.js';

/** The version of the schema that this router uses. */
export const NEWEST_FILE = MIGRATIONS.length;

/** What there is to say about a ledger file. */
export interface FileStatus {
  /** Of SQLite, such as `3.45.1`. */
  engineVersion: string;
  /** Version of the schema; 0: there is none. */
  version: number;
  /** Whether this user may write to it. */
  mayWrite: boolean;
  /** Of the file and its log. */
  bytes: number;
  /** `null`: the schema is older, and the next run brings it up to date. */
  contents: { invocations: number; reservations: { count: number; microUsd: number } } | null;
}

/** Looks at a ledger file, and changes nothing; `null`: there is none. */
export async function statusOfFile(file: string): Promise<Result<FileStatus | null, LedgerTrouble>> {
  const found = await lookedInto(file, statusIn);
  if (!found.ok || found.value === null) return found.ok ? ok(null) : found;
  return ok({ ...found.value, mayWrite: mayWriteTo(file), bytes: bytesOf(file) });
}

/**
 * Counts the runs in a file of allowances that the shared ledger lacks: those with rows, and those whose process was killed after its tool
 * had started. Changes nothing.
 */
export async function allowanceRuns(
  file: string,
  now: LedgerClock['now'],
): Promise<Result<number, LedgerTrouble>> {
  const by = { nowMs: now(), owner: JSON.stringify(ownIdentity()), livenessOf: livenessOfOwner };
  const found = await lookedInto(file, (db) => {
    if (versionOf(db) === 0) return 0;
    const rows = db.all('SELECT id AS run FROM invocations UNION SELECT invocation_id FROM attempts');
    const killed = deadReservations(db, by).filter(({ begun }) => begun === 1);
    return new Set([...rows.map(({ run }) => run), ...killed.map((row) => row.invocation_id)]).size;
  });
  return found.ok ? ok(found.value ?? 0) : found;
}

/** Whether there is no such file; one that cannot be looked at is told of by its opening. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Reads from a ledger file in one transaction; `null`: there is none. */
async function lookedInto<T>(
  file: string,
  look: (db: Database) => T,
): Promise<Result<T | null, LedgerTrouble>> {
  if (isMissing(file)) return ok(null);
  const opened = await openToRead(file);
  if (!opened.ok || opened.value === null) return opened.ok ? ok(null) : opened;
  const db = opened.value;
  try {
    return ok(await new LockQueue(db).read(() => transaction(db, 'read', () => look(db))));
  } catch (error) {
    return err(troubleOf(error, file));
  } finally {
    db.close();
  }
}

function statusIn(db: Database): Omit<FileStatus, 'mayWrite' | 'bytes'> {
  const number = (sql: string) => Number(db.all(sql)[0]?.value ?? 0);
  const held = 'FROM reservations';
  return {
    engineVersion: String(db.all('SELECT sqlite_version() AS value')[0]?.value),
    version: versionOf(db),
    contents:
      schemaState(db) === 'current'
        ? {
            invocations: number('SELECT count(*) AS value FROM invocations'),
            reservations: {
              count: number(`SELECT count(DISTINCT coalesce(attempt_id, id)) AS value ${held}`),
              microUsd: number(`SELECT coalesce(sum(micro_usd), 0) AS value ${held}`),
            },
          }
        : null,
  };
}

function versionOf(db: Database): number {
  return Number(db.all('PRAGMA user_version')[0]?.user_version ?? 0);
}

function mayWriteTo(file: string): boolean {
  try {
    for (const one of [file, path.dirname(file)]) accessSync(one, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether this user may make the file: in its folder, or in the nearest that is there. */
export function mayMake(file: string): boolean {
  let folder = path.dirname(file);
  while (statSync(folder, { throwIfNoEntry: false }) === undefined && folder !== path.dirname(folder))
    folder = path.dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

function bytesOf(file: string): number {
  return ['', '-wal'].reduce(
    (sum, ending) => sum + (statSync(file + ending, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
