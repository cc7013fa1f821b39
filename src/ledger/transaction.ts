import type { Database } from './sqlite.js';

/**
 * Runs `work` in one transaction. One that writes takes the right to do so at its beginning, so that two never see the same sums;
 * one that reads sees one moment and holds up nobody.
 */
export function transaction<T>(db: Database, kind: 'read' | 'write', work: () => T): T {
  db.exec(kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  try {
    const result = work();
    db.exec('COMMIT');
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
