import { urlWithoutSecrets } from '../../domain/database-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { LedgerTrouble } from '../trouble.js';
import type { Connection } from './connection.js';
import { ServerFailure } from './failure.js';
import { quotedName } from './literal.js';
import type { PostgresPlace } from './place.js';
import { migrate, NEWEST, schemaState, schemaTrouble } from './schema.js';
import { Sessions } from './sessions.js';
import { type Settings, settingsOf } from './settings.js';
import { badUrl, serverTrouble } from './trouble.js';

/** A database that can be asked. */
export interface Database {
  sessions: Sessions;
  settings: Settings;
  /** The URL without secrets, for messages. */
  shown: string;
  schema: string;
}

/** Settles how to connect; connects later. */
export function databaseAt(place: PostgresPlace, most = 1): Result<Database, LedgerTrouble> {
  const shown = urlWithoutSecrets(place.url);
  const settings = settingsOf(place);
  if (!settings.ok) return err(badUrl(shown, settings.error));
  return ok({
    sessions: new Sessions(settings.value, { most }),
    settings: settings.value,
    shown,
    schema: settings.value.schema ?? place.schema,
  });
}

/**
 * Looks whether the schema is the one that this router uses. With `makes` one that is not there is made, where the role may; else it is
 * `missing`. An older one is left as it is: older routers could not use it from then on, which its owner decides.
 */
export async function prepare(
  { sessions, shown, schema }: Database,
  { makes }: { makes: boolean },
): Promise<'ready' | 'missing' | LedgerTrouble> {
  try {
    return await sessions.use(async (connection) => {
      if ((await quickVersion(connection, schema)) === NEWEST) return 'ready';
      const state = await schemaState(connection, schema);
      if (state.version > 0 || state.isForeign || !state.mayMigrate)
        return schemaTrouble(state, { shown, schema }) ?? 'ready';
      if (!makes) return 'missing';
      const done = await migrate(connection, { shown, schema });
      return done.ok ? 'ready' : done.error;
    });
  } catch (error) {
    return serverTrouble(error, shown);
  }
}

/** In one round trip, as a rule; `null`: there is none that this role may see. */
async function quickVersion(connection: Connection, schema: string): Promise<number | null> {
  try {
    const [rows = []] = await connection.run(
      `SELECT max(version) AS version FROM ${quotedName(schema)}.schema_migrations`,
    );
    return Number(rows[0]?.version ?? 0);
  } catch (error) {
    if (error instanceof ServerFailure && NOT_THERE.includes(error.code)) return null;
    throw error;
  }
}

/** No such table, no such schema, no right to it. */
const NOT_THERE = ['42P01', '3F000', '42501'];
