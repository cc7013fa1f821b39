import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../domain/system-error.js';
import { writeByRename } from '../files.js';
import type { AttemptRow, InvocationRow } from './ledger.js';
import { recordInvocation, settleAttempt } from './records.js';
import type { Database } from './sqlite.js';
import { transaction } from './transaction.js';

/**
 * Records of a run that no limit applies to, for which opening a database would take longer than the rest of the router. The next
 * process that opens the ledger imports them.
 */
export interface Pending {
  attempts: readonly AttemptRow[];
  /** `null`: the invocation goes on. */
  invocation: InvocationRow | null;
}

/** With more pending files than this a run opens the ledger itself, which imports them. */
export const MOST_PENDING = 200;

/** Writes a file of records beside the ledger; returns how many there are now. Rejects with the system's error. */
export async function keepPending(file: string, pending: Pending): Promise<number> {
  const folder = folderOf(file);
  const name = pending.invocation?.id ?? pending.attempts.map(({ id }) => id.replace(':', '-')).join('+');
  await writeByRename(path.join(folder, `${name}.json`), JSON.stringify(pending), { private: true });
  return (await readdir(folder)).length;
}

/** Imports all pending records and removes their files. Repeating it changes nothing, so a crash in between loses and doubles nothing. */
export function importPending(db: Database, file: string): void {
  const found = pendingOf(file);
  if (found.length === 0) return;
  transaction(db, 'write', () => addAll(db, found));
  for (const one of found) {
    if (one.pending === null) setAside(one.file);
    else rmSync(one.file, { force: true });
  }
}

/** Adds all pending records and leaves their files, for a transaction that is rolled back. */
export function addPending(db: Database, file: string): void {
  addAll(db, pendingOf(file));
}

interface Found {
  file: string;
  /** `null`: not a record of ours. */
  pending: Pending | null;
}

function pendingOf(ledger: string): Found[] {
  const folder = folderOf(ledger);
  return namesIn(folder).map((name) => {
    const file = path.join(folder, name);
    return { file, pending: readPending(file) };
  });
}

function addAll(db: Database, found: readonly Found[]): void {
  for (const { pending } of found) {
    for (const row of pending?.attempts ?? []) settleAttempt(db, row);
    if (pending !== null && pending.invocation !== null) recordInvocation(db, pending.invocation);
  }
}

/** Whether there are pending records. */
export function hasPending(file: string): boolean {
  return namesIn(folderOf(file)).length > 0;
}

function folderOf(file: string): string {
  return `${file}.pending`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return []; // no folder, or none that can be read
  }
}

/** `null`: not a file of records. One that another process has imported by now is empty. */
function readPending(file: string): Pending | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Pending;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { attempts: [], invocation: null } : null;
  }
}

/** Keeps a damaged file for inspection, and out of later imports. */
function setAside(file: string): void {
  try {
    renameSync(file, `${file}.damaged`);
  } catch {
    // Another process did.
  }
}
