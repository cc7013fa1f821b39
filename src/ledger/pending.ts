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
 * What a run leaves for the ledger when no limit applies to it: opening a database would take longer than the rest of the router. The
 * next process that opens the ledger takes it in.
 */
export interface Pending {
  attempts: readonly AttemptRow[];
  /** `null`: the invocation goes on. */
  invocation: InvocationRow | null;
}

/** So many wait at most before the next run takes them in itself. */
export const MOST_PENDING = 200;

/** Writes what is left for the ledger of this file, under a name of its own; returns how many wait now. Rejects with the system's error. */
export async function keepPending(file: string, pending: Pending): Promise<number> {
  const folder = folderOf(file);
  const name = pending.invocation?.id ?? pending.attempts.map(({ id }) => id.replace(':', '-')).join('+');
  await writeByRename(path.join(folder, `${name}.json`), JSON.stringify(pending), { private: true });
  return (await readdir(folder)).length;
}

/** Adds all pending records and removes their files. Repeating it changes nothing, so a crash in between loses and doubles nothing. */
export function takeInPending(db: Database, file: string): void {
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

/** Whether anything waits. */
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
    return []; // nothing was ever left, or it cannot be seen: then nothing can be taken in
  }
}

/** `null`: it is not what we write. One that another process has taken in by now is empty. */
function readPending(file: string): Pending | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Pending;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { attempts: [], invocation: null } : null;
  }
}

/** It stays for a person to look at, and is not read again. */
function setAside(file: string): void {
  try {
    renameSync(file, `${file}.damaged`);
  } catch {
    // Another process did.
  }
}
