import { readdirSync } from 'node:fs';
import { sha256 } from '../../crypto/crypto.js';
import { isPostgresUrl, urlWithoutSecrets } from '../../domain/database-url.js';
import type { PostgresPlace } from './place.js';
import { settingsOf } from './settings.js';

/** The beginning of a folder of pending records of a shared ledger, before what names its database. */
const PREFIX = 'shared-';
/** Systems take names of 255 letters. */
const MOST_LETTERS = 200;

/**
 * The path beside which records for a shared ledger are kept, in a folder of those of the local `file`, so that neither takes in what
 * belongs to the other. It names the database: the password, the user, and how the URL is written make no difference.
 */
export function sharedPendingPath(file: string, shared: PostgresPlace): string {
  return `${file}.pending/${PREFIX}${folderName(databaseName(shared))}`;
}

/** Where records are kept while the variable of the URL holds none that can be used; `null`: the URL comes from no variable. */
export function unnamedPendingPath(file: string, shared: PostgresPlace): string | null {
  return shared.urlEnv == null ? null : sharedPendingPath(file, { ...shared, url: '' });
}

/** The variable that stands in place of a database; `null`: it is named by itself. */
export function variableOf(database: string): string | null {
  return /^\$(\w+)\?schema=/.exec(database)?.[1] ?? null;
}

/** `db.example:5432/llm_router?schema=llm_router`; of a URL that cannot be used, its variable, else the URL without secrets. */
function databaseName(shared: PostgresPlace): string {
  const settings = settingsOf(shared);
  if (!settings.ok || !isPostgresUrl(shared.url)) {
    const { url, urlEnv = null } = shared;
    return `${urlEnv === null ? urlWithoutSecrets(url) : `$${urlEnv}`}?schema=${shared.schema}`;
  }
  const { host, port, database, schema } = settings.value;
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
  return `${isHere ? 'localhost' : host.toLowerCase()}:${port}/${database}?schema=${schema ?? shared.schema}`;
}

function folderName(database: string): string {
  const name = encodeURIComponent(database);
  return name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS)}-${sha256(name).slice(0, 12)}`;
}

/** The shared databases for which records are kept beside a local file, and where. */
export function sharedPendingOf(file: string): { database: string; path: string }[] {
  return namesIn(`${file}.pending`).flatMap((name) => {
    const database = databaseOfFolder(name);
    return database === null ? [] : [{ database, path: `${file}.pending/${name.slice(0, -ENDING.length)}` }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // no folder, or none that can be read
  }
}

const ENDING = '.pending';

/** The database that a folder of pending records is for; `null`: it is none of a shared ledger. */
function databaseOfFolder(name: string): string | null {
  if (!name.startsWith(PREFIX) || !name.endsWith(ENDING)) return null;
  const encoded = name.slice(PREFIX.length, -ENDING.length);
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // cut off in the middle of a letter
  }
}
