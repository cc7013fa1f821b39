import { isPostgresUrl, urlWithoutSecrets } from '../../domain/database-url.js';
import { urlFault } from '../../domain/postgres-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { LedgerClock } from '../place.js';
import type { LedgerTrouble } from '../trouble.js';
import { ClockDifference, TIME } from './clock-difference.js';
import type { Connection } from './connection.js';
import { ServerFailure } from './failure.js';
import { quotedName } from './literal.js';
import type { PostgresPlace } from './place.js';
import { migrate, NEWEST, schemaState, schemaTrouble } from './schema.js';
import { Sessions } from './sessions.js';
import { type Settings, settingsOf } from './settings.js';
import { badUrl, noUrl, serverTrouble } from './trouble.js';

/** A database that can be asked. */
export interface Database {
  sessions: Sessions;
  settings: Settings;
  /** The URL without secrets, for messages. */
  shown: string;
  schema: string;
  clocks: ClockDifference;
}

/** Settles how to connect; connects later. */
export function databaseAt(
  place: PostgresPlace,
  { now, ending = null, most = 1 }: LedgerClock & { most?: number },
): Result<Database, LedgerTrouble> {
  if (place.url === '') return err(noUrl(place.urlEnv ?? null));
  const shown = urlWithoutSecrets(place.url);
  if (!isPostgresUrl(place.url)) return err(badUrl(shown, urlFault('does not begin with `postgres://`')));
  const settings = settingsOf(place);
  if (!settings.ok) return err(badUrl(shown, settings.error));
  return ok({
    sessions: new Sessions(settings.value, { most, ending }),
    settings: settings.value,
    shown,
    schema: settings.value.schema ?? place.schema,
    clocks: new ClockDifference(now),
  });
}

/**
 * Looks whether the schema is the one that this router uses. With `makes` one that is not there is made, where the role may; else it is
 * `missing`. An older one is left as it is: older routers could not use it from then on, which its owner decides.
 */
export async function prepare(
  { sessions, shown, schema, clocks }: Database,
  { makes }: { makes: boolean },
): Promise<'ready' | 'missing' | LedgerTrouble> {
  try {
    return await sessions.use(async (connection) => {
      if ((await quickVersion(connection, { schema, clocks })) === NEWEST) return 'ready';
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
async function quickVersion(
  connection: Connection,
  { schema, clocks }: { schema: string; clocks: ClockDifference },
): Promise<number | null> {
  try {
    const sentMs = clocks.now();
    const [rows = []] = await connection.run(
      `SELECT max(version) AS version, ${TIME} FROM ${quotedName(schema)}.schema_migrations`,
    );
    clocks.measure(rows, sentMs);
    return Number(rows[0]?.version ?? 0);
  } catch (error) {
    if (error instanceof ServerFailure && NOT_THERE.includes(error.code)) return null;
    throw error;
  }
}

/** No such table, no such schema, no right to it. */
const NOT_THERE = ['42P01', '3F000', '42501'];
