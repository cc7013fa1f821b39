import { MIGRATIONS } from './migrations/index.js';
import type { Database } from './sqlite.js';

/** How the schema of a database compares to the one that this version of the router uses. */
export function schemaState(db: Database): 'older' | 'current' | 'newer' {
  const version = versionOf(db);
  if (version === MIGRATIONS.length) return 'current';
  return version < MIGRATIONS.length ? 'older' : 'newer';
}

/** Brings an older schema up to date, inside a transaction of the caller: another process may have done so by then. */
export function migrate(db: Database): void {
  for (const sql of MIGRATIONS.slice(versionOf(db))) db.exec(sql);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}

function versionOf(db: Database): number {
  return Number(db.all('PRAGMA user_version')[0]?.user_version ?? 0);
}
