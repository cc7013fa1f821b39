import { type Database, SQLITE_BUSY, sqliteCode } from './sqlite.js';

/**
 * Runs `work` in one transaction. `write` takes the write lock at its beginning, so that two writers never see the same sums; `read`
 * sees one moment and blocks no writer; `trial` writes too, but is rolled back once `work` has its result.
 */
export function transaction<T>(db: Database, kind: 'read' | 'write' | 'trial', work: () => T): T {
  if (kind === 'read') db.exec('BEGIN');
  else beginToWrite(db);
  try {
    const result = work();
    db.exec(kind === 'trial' ? 'ROLLBACK' : 'COMMIT');
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/** SQLite ends the transaction by itself after some errors, and then refuses to. */
function rollBack(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // The first error is the one that counts.
  }
}

/** How long a statement waits for other processes, ms. */
export const BUSY_TIMEOUT_MS = 10_000;
/** SQLite looks again after 1, 2 and 5 ms. */
const SHORT_WAIT_MS = 8;

/**
 * Takes the write lock. SQLite's own wait grows to 100 ms between two looks, so that under load the latest comers win and some wait for
 * seconds: here it begins again before it is long.
 */
function beginToWrite(db: Database): void {
  const giveUpMs = performance.now() + BUSY_TIMEOUT_MS;
  db.exec(`PRAGMA busy_timeout = ${SHORT_WAIT_MS}`);
  try {
    while (!hasBegun(db, performance.now() > giveUpMs));
  } finally {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }
}

function hasBegun(db: Database, isLastTry: boolean): boolean {
  try {
    db.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (isLastTry || sqliteCode(error) !== SQLITE_BUSY) throw error;
    return false;
  }
}
