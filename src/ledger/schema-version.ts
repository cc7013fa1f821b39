import { APPLICATION_ID } from './migrations/005-application-id.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Database } from './sqlite.js';

/** Tables that a ledger has had since its first version. */
const TABLES = ['invocations', 'attempts'];

/**
 * How the schema of a database compares to the one that this version of the router uses; `foreign`: another program made it. A new
 * file is `older`, and so is a ledger from before ledgers were marked.
 */
export function schemaState(db: Database): 'older' | 'current' | 'newer' | 'foreign' {
  if (isForeign(db)) return 'foreign';
  const version = versionOf(db);
  if (version === MIGRATIONS.length) return 'current';
  return version < MIGRATIONS.length ? 'older' : 'newer';
}

/** Brings an older schema up to date, inside a transaction of the caller: another process may have done so by then. */
export function migrate(db: Database): void {
  for (const sql of MIGRATIONS.slice(versionOf(db))) db.exec(sql);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}

function isForeign(db: Database): boolean {
  const id = Number(db.all('PRAGMA application_id')[0]?.application_id ?? 0);
  if (id !== 0) return id !== APPLICATION_ID;
  const tables = db.all("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name);
  return tables.length > 0 && !TABLES.every((name) => tables.includes(name));
}

function versionOf(db: Database): number {
  return Number(db.all('PRAGMA user_version')[0]?.user_version ?? 0);
}
