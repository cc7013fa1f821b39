import type { Database } from './sqlite.js';

/**
 * Runs `work` in one transaction, at once: throws where another process holds the lock, as `whenFree` expects. `write` takes the write
 * lock at its beginning, so that two writers never see the same sums; `read` sees one moment and blocks no writer; `trial` writes too,
 * but is rolled back once `work` has its result.
 */
export function transaction<T>(db: Database, kind: 'read' | 'write' | 'trial', work: () => T): T {
  db.exec(kind === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE');
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
