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

/** Takes in everything that waits. Twice is once: a crash between the two halves loses and doubles nothing. */
export function takeInPending(db: Database, file: string): void {
  const folder = folderOf(file);
  const names = namesIn(folder);
  if (names.length === 0) return;
  const read = names.map((name) => ({ name, pending: readPending(path.join(folder, name)) }));
  transaction(db, 'write', () => {
    for (const { pending } of read) {
      for (const row of pending?.attempts ?? []) settleAttempt(db, row);
      if (pending !== null && pending.invocation !== null) recordInvocation(db, pending.invocation);
    }
  });
  for (const { name, pending } of read) {
    const whole = path.join(folder, name);
    if (pending === null) setAside(whole);
    else rmSync(whole, { force: true });
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
