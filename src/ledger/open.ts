import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { folderTrouble, ownerTrouble } from '../files/owner.js';
import { makeFolder } from '../files.js';
import type { LedgerTrouble } from './ledger.js';
import { hasPending, importPending } from './pending.js';
import { migrate, schemaState } from './schema-version.js';
import { type Database, openDatabase, sqliteCode } from './sqlite.js';
import { transaction } from './transaction.js';
import { foreign, newer, noDriver, notOwn, troubleOf } from './trouble.js';

/** How long SQLite waits for transactions of other processes, ms. */
const BUSY_TIMEOUT_MS = 10_000;
/** SQLite does not wait when several processes change a new file to WAL at once. */
const WAL_TRIES = 50;

/** Opens the file to write, private to the user: creates it where it is missing, migrates its schema and imports pending records. */
export async function openFile(
  file: string,
  warn: (message: string) => void = () => {},
): Promise<Result<Database, LedgerTrouble>> {
  try {
    await makeFolder(path.dirname(file), { private: true });
    const trouble = await ownTroubleOf(file);
    if (trouble !== null) return err(trouble);
    await createPrivate(file);
    const db = await openDatabase(file, { readOnly: false });
    if (db === null) return err(noDriver());
    return await prepare(db, file, warn);
  } catch (error) {
    return err(troubleOf(error, file));
  }
}

/**
 * Opens the ledger as it is, to read, and changes nothing; `null`: there is none. Where so far only pending records exist the
 * database is an empty one in memory.
 */
export async function openToRead(file: string): Promise<Result<Database | null, LedgerTrouble>> {
  try {
    const exists = await isThere(file);
    if (!exists && !hasPending(file)) return ok(null);
    const trouble = await ownTroubleOf(file);
    if (trouble !== null) return err(trouble);
    const db = await openDatabase(exists ? file : ':memory:', { readOnly: false });
    return db === null ? err(noDriver()) : checked(db, file);
  } catch (error) {
    return err(troubleOf(error, file));
  }
}

function checked(db: Database, file: string): Result<Database, LedgerTrouble> {
  try {
    setUp(db);
    const unusable = unusableBy(db, file);
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
async function ownTroubleOf(file: string): Promise<LedgerTrouble | null> {
  const inFolder = await folderTrouble(path.dirname(file));
  if (inFolder !== null) return notOwn(file, inFolder);
  for (const ending of SIDE_FILES) {
    const found = await stat(file + ending).catch(() => null);
    const trouble = found === null ? null : ownerTrouble(found);
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
  if (await isThere(file)) return;
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
  warn: (message: string) => void,
): Promise<Result<Database, LedgerTrouble>> {
  try {
    setUp(db);
    if (unusableBy(db, file) === null) await useWal(db);
    if (schemaState(db) === 'older') transaction(db, 'write', () => migrate(db));
    const unusable = unusableBy(db, file);
    if (unusable !== null) {
      db.close();
      return err(unusable);
    }
    importPending(db, file, warn);
    return ok(db);
  } catch (error) {
    db.close();
    return err(troubleOf(error, file));
  }
}

/** Drivers differ in their defaults. In WAL mode NORMAL keeps every commit through a crash of ours, FULL also through one of the system. */
function setUp(db: Database): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  db.exec('PRAGMA synchronous = NORMAL');
}

async function useWal(db: Database): Promise<void> {
  for (let left = WAL_TRIES; ; left--) {
    try {
      db.all('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || left === 0) throw error;
      await wait(20);
    }
  }
}

const SQLITE_BUSY = 5;

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
