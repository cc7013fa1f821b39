import { sha256 } from '../../crypto/crypto.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { LedgerTrouble } from '../trouble.js';
import type { Connection, Row } from './connection.js';
import { quotedName, textOf } from './literal.js';
import { MIGRATIONS } from './migrations/index.js';
import { LONG_MS, transaction } from './transaction.js';
import { foreignSchema, mayNotMigrate, newerSchema, noRights, noSchema, olderSchema } from './trouble.js';

/** The version that this router uses. */
export const NEWEST = MIGRATIONS.length;

/** A schema as it was found. */
export interface SchemaState {
  /** How many migrations were done; 0: there is none yet. */
  version: number;
  /** It has tables of another program. */
  isForeign: boolean;
  /** It is a ledger, of whatever version. */
  isThere: boolean;
  /** This role may use it. */
  isUsable: boolean;
  /** The role of this connection. */
  role: string;
  /** This role may make it, or change it. */
  mayMigrate: boolean;
}

/** Key of a lock of the database, as text; another for each schema and name. */
export function lockKey(schema: string, name: string): string {
  return String(BigInt.asIntN(64, BigInt(`0x${sha256(`llm-router\n${schema}\n${name}`).slice(0, 16)}`)));
}

/** Looks at the schema and changes nothing. */
export async function schemaState(connection: Connection, schema: string): Promise<SchemaState> {
  const [rows = []] = await connection.run(textOf({ sql: LOOK, values: [schema] }));
  const { tables = 0, is_marked: isMarked, is_usable: isUsable, is_readable: isReadable } = rows[0] ?? {};
  const base = {
    isThere: isMarked === true,
    isUsable: isUsable === true && isReadable === true,
    role: String(rows[0]?.role),
    mayMigrate: rows[0]?.may_migrate === true,
  };
  if (isMarked !== true || !base.isUsable)
    return { ...base, version: 0, isForeign: Number(tables) > 0 && isMarked !== true };
  const name = quotedName(schema);
  const [versions = []] = await connection.run(
    `SELECT max(version) AS version FROM ${name}.schema_migrations`,
  );
  return { ...base, version: versionIn(versions), isForeign: false };
}

function versionIn(rows: readonly Row[]): number {
  return Number(rows[0]?.version ?? 0);
}

const LOOK = `WITH found AS (SELECT oid, nspowner FROM pg_catalog.pg_namespace WHERE nspname = $1)
  SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace IN (SELECT oid FROM found) AND relkind = 'r') AS tables,
    EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace IN (SELECT oid FROM found) AND relname = 'schema_migrations')
      AS is_marked,
    coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM found), false) AS is_usable,
    coalesce((SELECT has_table_privilege(oid, 'SELECT') FROM pg_catalog.pg_class
      WHERE relnamespace IN (SELECT oid FROM found) AND relname = 'schema_migrations'), true) AS is_readable,
    current_user AS role,
    CASE WHEN EXISTS (SELECT 1 FROM found) THEN (SELECT has_schema_privilege(oid, 'CREATE') FROM found)
      ELSE has_database_privilege(current_database(), 'CREATE') END AS may_migrate`;

/** Why the schema cannot be used as it is; `null`: it can. */
export function schemaTrouble(
  { version, isForeign, isThere, isUsable, role }: SchemaState,
  { shown, schema }: { shown: string; schema: string },
): LedgerTrouble | null {
  if (isForeign) return foreignSchema(shown, schema);
  if (version > NEWEST) return newerSchema(shown);
  if (isThere && !isUsable) return noRights(shown, { schema, role });
  if (!isUsable || version === 0) return noSchema(shown, schema);
  return version < NEWEST ? olderSchema(shown, version) : null;
}

/**
 * Makes the schema, or brings it up to date, in one transaction under a lock: of several that do so at once one does it, and the
 * others find it done. Returns the version from before.
 */
export async function migrate(
  connection: Connection,
  { shown, schema }: { shown: string; schema: string },
): Promise<Result<number, LedgerTrouble>> {
  const beginning = { kind: 'write' as const, schema, lock: lockKey(schema, 'migrations'), waitMs: LONG_MS };
  return transaction(connection, beginning, async (tx) => {
    const [seen] = await tx.all(LOOK, schema);
    const isMarked = seen?.is_marked === true;
    if (!isMarked && Number(seen?.tables) > 0) return err(foreignSchema(shown, schema));
    const role = String(seen?.role);
    if (isMarked && !(seen?.is_usable === true && seen.is_readable === true))
      return err(noRights(shown, { schema, role }));
    if (!isMarked && seen?.may_migrate !== true) return err(mayNotMigrate(shown, { schema, role }));
    if (!isMarked) {
      if (seen?.is_usable !== true) tx.run(`CREATE SCHEMA ${quotedName(schema)}`);
      tx.run(MARK);
    }
    const version = versionIn(await tx.all('SELECT max(version) AS version FROM schema_migrations'));
    if (version > NEWEST) return err(newerSchema(shown));
    if (version < NEWEST && seen?.may_migrate !== true) return err(mayNotMigrate(shown, { schema, role }));
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      for (const one of sql.split(/;\s*$/m).filter((text) => text.trim() !== '')) tx.run(one);
      tx.run('INSERT INTO schema_migrations (version, done_at) VALUES ($1, clock_timestamp())', index + 1);
    }
    return ok(version);
  });
}

const MARK = 'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, done_at timestamptz NOT NULL)';
