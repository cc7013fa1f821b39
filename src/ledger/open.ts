import { constants, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { folderTroubleNow, ownerTrouble } from '../files/owner.js';
import { makeFolder } from '../files.js';
import type { LedgerTrouble } from './ledger.js';
import { LockQueue } from './lock.js';
import { hasPending, importPending } from './pending.js';
import type { LedgerPlace } from './place.js';
import { migrate, schemaState } from './schema-version.js';
import { type Database, IN_MEMORY, openDatabase } from './sqlite.js';
import { transaction } from './transaction.js';
import { foreign, newer, noDriver, notOwn, troubleOf } from './trouble.js';

/**
 * Opens the file to write, private to the user: creates it where it is missing, migrates its schema and imports pending records.
 * `reading` is what `openToRead` has opened before: the same connection then writes.
 */
export async function openFile(
  file: string,
  { warn = () => {}, ending }: Pick<LedgerPlace, 'warn' | 'ending'> = {},
  reading: Database | null = null,
): Promise<Result<Database, LedgerTrouble>> {
  try {
    if (reading?.isInMemory === true) reading.close();
    const opened = reading === null || reading.isInMemory ? await openToWrite(file) : ok(reading);
    return opened.ok ? await prepare(opened.value, file, { warn, ending }) : opened;
  } catch (error) {
    return err(troubleOf(error, file));
  }
}

async function openToWrite(file: string): Promise<Result<Database, LedgerTrouble>> {
  const folder = path.dirname(file);
  if (!isThere(folder)) await makeFolder(folder, { private: true });
  const trouble = ownTroubleOf(file);
  if (trouble !== null) return err(trouble);
  await createPrivate(file);
  const db = await openDatabase(file);
  return db === null ? err(noDriver()) : ok(db);
}

/**
 * Opens the ledger as it is, to read, and changes nothing; `null`: there is none. Where so far only pending records exist the
 * database is an empty one in memory.
 */
export async function openToRead(
  file: string,
  ending?: AbortSignal | null,
): Promise<Result<Database | null, LedgerTrouble>> {
  try {
    const exists = isThere(file);
    if (!exists && !hasPending(file)) return ok(null);
    const trouble = ownTroubleOf(file);
    if (trouble !== null) return err(trouble);
    const db = await openDatabase(exists ? file : IN_MEMORY);
    return db === null ? err(noDriver()) : await checked(db, file, ending);
  } catch (error) {
    return err(troubleOf(error, file));
  }
}

async function checked(
  db: Database,
  file: string,
  ending?: AbortSignal | null,
): Promise<Result<Database, LedgerTrouble>> {
  try {
    const unusable = await new LockQueue(db, ending).read(() => unusableBy(setUp(db), file));
    if (unusable === null) return ok(db);
    db.close();
    return err(unusable);
  } catch (error) {
    db.close();
    return err(troubleOf(error, file));
  }
}

/** Why a database is not used as it is; nothing of it is changed before. */
function unusableBy(db: Database, file: string): LedgerTrouble | null {
  const state = schemaState(db);
  if (state === 'newer') return newer(file);
  return state === 'foreign' ? foreign(file) : null;
}

/** The database, and what SQLite keeps beside it. */
const SIDE_FILES = ['', '-wal', '-shm', '-journal'];

/** Why another user may have written to the ledger; `null`: none can. */
function ownTroubleOf(file: string): LedgerTrouble | null {
  const inFolder = folderTroubleNow(path.dirname(file));
  if (inFolder !== null) return notOwn(file, inFolder);
  for (const ending of SIDE_FILES) {
    const found = statSync(file + ending, { throwIfNoEntry: false });
    const trouble = found === undefined ? null : ownerTrouble(found);
    if (trouble !== null) return notOwn(file, trouble);
  }
  return null;
}

/**
 * Creates the file for the user alone where it is missing; SQLite gives its side files the same mode. One that exists is not opened here:
 * closing any descriptor of a file drops all locks of the process on it (POSIX). With another connection of this process still open,
 * other processes would then take themselves for the last, and delete the write-ahead log that it writes to.
 */
async function createPrivate(file: string): Promise<void> {
  if (isThere(file)) return;
  const handle = await open(file, constants.O_CREAT | constants.O_RDWR, 0o600).catch(
    (error: NodeJS.ErrnoException) => {
      // SQLite itself reports a file that cannot be written.
      if (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM') return null;
      throw error;
    },
  );
  await handle?.close();
}

async function prepare(
  db: Database,
  file: string,
  { warn, ending }: { warn: (message: string) => void; ending: AbortSignal | null | undefined },
): Promise<Result<Database, LedgerTrouble>> {
  try {
    const queue = new LockQueue(db, ending);
    const unusable = await queue.read(() => unusableBy(setUp(db), file) ?? brought(db, file));
    if (unusable !== null) {
      db.close();
      return err(unusable);
    }
    await queue.read(() => importPending(db, file, warn));
    return ok(db);
  } catch (error) {
    db.close();
    return err(troubleOf(error, file));
  }
}

/** Brings the file up to date, which another process may be doing as well, with a newer version. */
function brought(db: Database, file: string): LedgerTrouble | null {
  db.all('PRAGMA journal_mode = WAL');
  if (schemaState(db) === 'current') return null;
  transaction(db, 'write', () => {
    if (schemaState(db) === 'older') migrate(db);
  });
  return unusableBy(db, file);
}

/** Needs the lock as well. Drivers differ in their defaults. In WAL mode NORMAL keeps every commit through a crash of ours, FULL also through one of the system. */
function setUp(db: Database): Database {
  db.exec('PRAGMA synchronous = NORMAL');
  return db;
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
