import { err, ok, type Result } from '../../domain/result.js';
import type { LedgerClock } from '../place.js';
import type { LedgerTrouble } from '../trouble.js';
import type { Connection, Row } from './connection.js';
import { type Contents, contentsOf } from './contents.js';
import { type Database, databaseAt } from './database.js';
import { quotedName } from './literal.js';
import type { PostgresPlace } from './place.js';
import { migrate, NEWEST, type SchemaState, schemaState, schemaTrouble } from './schema.js';
import { LONG_MS } from './transaction.js';
import { noRights, readOnly, serverTrouble } from './trouble.js';

/** What there is to say about a shared ledger. */
export interface PostgresStatus {
  /** The URL without secrets. */
  shown: string;
  schema: string;
  /** Of the server, such as `15.9`. */
  serverVersion: string;
  role: string;
  /** The schema is there, whether or not this role may use it. */
  isThere: boolean;
  /** Version of the schema; 0: there is none, or this role may not read it. */
  version: number;
  /** The version that this router uses. */
  newest: number;
  /** This role may make the schema, or change it. */
  mayMigrate: boolean;
  /** This role may read and write all tables. */
  mayWrite: boolean;
  /** The server or the role only reads. */
  isReadOnly: boolean;
  isEncrypted: boolean;
  /** Time of the database minus time of this machine, ms; exact to half a round trip. */
  clockAheadMs: number;
  roundTripMs: number;
  /** `null`: there is none yet, or this role may not read it. */
  contents: Contents | null;
  /** Why runs cannot use it; `null`: they can. */
  trouble: LedgerTrouble | null;
}

/** Makes the schema, or brings it up to date. Returns the versions from before and from now on. */
export async function migratePostgres(
  place: PostgresPlace,
  clock: LedgerClock,
): Promise<Result<{ from: number; to: number }, LedgerTrouble>> {
  return asked({ place, clock, waitMs: LONG_MS }, async (connection, { shown, schema }) => {
    const from = await migrate(connection, { shown, schema });
    return from.ok ? ok({ from: from.value, to: NEWEST }) : from;
  });
}

/** Looks at the database, and changes nothing. */
export async function statusOfPostgres(
  place: PostgresPlace,
  clock: LedgerClock,
): Promise<Result<PostgresStatus, LedgerTrouble>> {
  const { now } = clock;
  return asked({ place, clock }, async (connection, { shown, schema }) => {
    const state = await schemaState(connection, schema);
    const [rights = []] = await connection.run(rightsOf(schema));
    const mayWrite = rights[0]?.may_write === true;
    const startMs = performance.now();
    const sentMs = now();
    const [rows = []] = await connection.run(LOOK);
    const roundTripMs = performance.now() - startMs;
    const server = rows[0] ?? {};
    const facts = factsOf(server);
    const where = { shown, schema };
    const trouble =
      troubleOf(state, where) ?? writeTrouble(state, { mayWrite, isReadOnly: facts.isReadOnly }, where);
    return ok({
      ...facts,
      shown,
      schema,
      isThere: state.isThere,
      version: state.version,
      newest: NEWEST,
      mayMigrate: state.mayMigrate,
      mayWrite,
      clockAheadMs: Math.round(Number(server.now_ms) - (sentMs + roundTripMs / 2)),
      roundTripMs,
      contents:
        mayWrite && state.isThere && state.version === NEWEST ? await contentsOf(connection, schema) : null,
      trouble,
    });
  });
}

/** A schema that is not there is made by the first run that may. */
function troubleOf(state: SchemaState, place: { shown: string; schema: string }): LedgerTrouble | null {
  const isMadeLater = state.version === 0 && !state.isForeign && state.mayMigrate;
  return isMadeLater ? null : schemaTrouble(state, place);
}

/** A role may be let in and still not write to each table. */
function writeTrouble(
  { isThere, role }: SchemaState,
  { mayWrite, isReadOnly }: { mayWrite: boolean; isReadOnly: boolean },
  place: { shown: string; schema: string },
): LedgerTrouble | null {
  if (isThere && !mayWrite) return noRights(place.shown, { schema: place.schema, role });
  return isReadOnly ? readOnly(place.shown) : null;
}

function factsOf(row: Row): Pick<PostgresStatus, 'serverVersion' | 'role' | 'isReadOnly' | 'isEncrypted'> {
  return {
    serverVersion: String(row.version).split(' ', 1)[0] ?? '',
    role: String(row.role),
    isReadOnly: row.is_read_only === true,
    isEncrypted: row.is_encrypted === true,
  };
}

const LOOK = `SELECT current_setting('server_version') AS version, current_user AS role,
  floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms,
  pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_read_only,
  coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted`;

function rightsOf(schema: string): string {
  return `SELECT coalesce(bool_and(has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
      AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')), false) AS may_write
    FROM pg_catalog.pg_class WHERE relkind = 'r' AND relname <> 'schema_migrations'
      AND relnamespace = to_regnamespace('${quotedName(schema).replaceAll("'", "''")}')`;
}

async function asked<T>(
  { place, clock, waitMs }: { place: PostgresPlace; clock: LedgerClock; waitMs?: number },
  ask: (connection: Connection, database: Database) => Promise<Result<T, LedgerTrouble>>,
): Promise<Result<T, LedgerTrouble>> {
  const database = databaseAt(place, clock);
  if (!database.ok) return database;
  const { sessions, shown } = database.value;
  try {
    return await sessions.use((connection) => ask(connection, database.value), waitMs);
  } catch (error) {
    return err(serverTrouble(error, shown));
  } finally {
    sessions.close();
  }
}
