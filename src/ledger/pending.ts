import { readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from '../domain/system-error.js';
import { readOwnFileNow, requireOwnFolder, writeByRename } from '../files.js';
import type { RunRecords } from './ledger.js';
import { recordInvocation, settleAttempt } from './records.js';
import { type Database, sqliteCode } from './sqlite.js';
import { transaction } from './transaction.js';

/**
 * Records of a run that no limit applies to, for which opening a database would take longer than the rest of the router. The next
 * process that opens the ledger imports them.
 */
export type Pending = RunRecords;

/** Writes a file of records beside the ledger; returns how many there are now. Rejects with the system's error or a `FileRefused`. */
export async function keepPending(file: string, pending: Pending): Promise<number> {
  await requireOwnFolder(path.dirname(file));
  const folder = folderOf(file);
  const name =
    pending.invocation?.id ??
    pending.attempts.map(({ id }) => id.replace(':', '-')).join('+') + (pending.audit?.[0]?.id ?? '');
  await writeByRename(path.join(folder, `${name}.json`), JSON.stringify(pending), { private: true });
  return readdirSync(folder).length;
}

/**
 * Imports all pending records and removes their files; those that cannot be imported are set aside, each with a warning. Repeating it
 * changes nothing, so a crash in between loses and doubles nothing. Throws while another process holds the lock.
 */
export function importPending(db: Database, file: string, warn: (message: string) => void): void {
  const found = pendingOf(file);
  if (found.length === 0) return;
  const refused = transaction(db, 'write', () => addAll(db, found));
  for (const one of found) {
    if (!refused.has(one)) rmSync(one.file, { force: true });
    else refuse(one, warn);
  }
}

/** Adds all pending records and leaves their files, for a transaction that is rolled back. */
export function addPending(db: Database, file: string): void {
  addAll(db, pendingOf(file));
}

/** A file of pending records. */
export interface Found {
  file: string;
  /** `null`: not a record of ours. */
  pending: Pending | null;
}

/** All pending records beside a ledger. */
export function pendingOf(ledger: string): Found[] {
  const folder = folderOf(ledger);
  return namesIn(folder).map((name) => {
    const file = path.join(folder, name);
    return { file, pending: readPending(file) };
  });
}

/** Adds all records; returns those that the ledger refuses. Where it refuses one, each is added by itself. */
function addAll(db: Database, found: readonly Found[]): ReadonlySet<Found> {
  const known = found.flatMap(({ pending }) => pending ?? []);
  const isEachAdded = isAdded(db, known);
  return new Set(found.filter(({ pending }) => pending === null || !(isEachAdded || isAdded(db, [pending]))));
}

/** Whether the ledger takes these records: all, or none. */
function isAdded(db: Database, records: readonly RunRecords[]): boolean {
  db.exec('SAVEPOINT pending');
  try {
    for (const one of records) addRecords(db, one);
    db.exec('RELEASE pending');
    return true;
  } catch (error) {
    if (IS_OF_FILE.includes(sqliteCode(error) ?? 0)) throw error;
    db.exec('ROLLBACK TO pending; RELEASE pending');
    return false;
  }
}

/** Adds the records of a run. */
export function addRecords(db: Database, { attempts, invocation }: RunRecords): void {
  for (const row of attempts) settleAttempt(db, row);
  if (invocation !== null) recordInvocation(db, invocation);
}

/** SQLite's codes for what is wrong with the database or the disk, and not with the row: busy, locked, read-only, I/O, corrupt, full, cannot open, no database. */
const IS_OF_FILE: readonly number[] = [5, 6, 8, 10, 11, 13, 14, 26];

/** Whether there are pending records. */
export function hasPending(file: string): boolean {
  return pendingCount(file) > 0;
}

/** How many runs have left records that are pending. */
export function pendingCount(file: string): number {
  return namesIn(folderOf(file)).length;
}

function folderOf(file: string): string {
  return `${file}.pending`;
}

/** In order of names: an attempt, `<id>-1`, comes before its invocation, `<id>`, which counts those that are known. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return []; // no folder, or none that can be read
  }
}

/** `null`: not a file of records, or another user may have written it. One that another process has imported by now is empty. */
function readPending(file: string): Pending | null {
  try {
    return JSON.parse(readOwnFileNow(file)) as Pending;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { attempts: [], invocation: null } : null;
  }
}

/** Sets a file aside that the ledger refuses, with a warning. */
export function refuse({ file }: Found, warn: (message: string) => void): void {
  warnOf(setAside(file), file, warn);
}

/** Keeps a damaged file for inspection, and out of later imports; `gone`: another process did. */
function setAside(file: string): 'kept' | 'gone' | 'stays' {
  try {
    renameSync(file, `${file}.damaged`);
    return 'kept';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : 'stays';
  }
}

function warnOf(done: ReturnType<typeof setAside>, file: string, warn: (message: string) => void): void {
  if (done === 'gone') return;
  const where = done === 'kept' ? `kept as \`${file}.damaged\`` : `\`${file}\`, which cannot be moved`;
  warn(`a run is not in the ledger: its record is ${where}`);
}
