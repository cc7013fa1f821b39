import { nearWord } from '../../diagnostics/suggest.js';
import { isPostgresUrl, urlScheme, urlWithoutSecrets } from '../../domain/database-url.js';
import { parseDuration } from '../../domain/duration.js';
import { parametersOf } from '../../domain/postgres-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import { map } from './containers.js';
import { count, duration, path, text } from './kinds.js';

/** A process gives three signs of life in this time. */
const SHORTEST_LEASE_MS = 3000;

/** `ledger`: where invocations and spending are recorded. */
export const ledger = map('The database of invocations and spending', {
  path: path('The file, relative to this config [in the data folder of the user]')
    .placed()
    .writes()
    .floor('own')
    .checked(asPath),
  url: text('URL of a PostgreSQL database instead of the file, which several machines share')
    .placed()
    .sends()
    .floor('own')
    .checked(asPostgresUrl),
  url_env: text('Variable that holds this URL').sends().floor('own'),
  schema: text('Schema of that database in which the ledger is')
    .default('llm_router')
    .sends()
    .floor('own')
    .checked(asSchema),
  lease: duration('How long a shared database keeps what a process holds without a sign of life from it')
    .default('15s')
    .checked(asLease),
  connect_timeout: duration('How long to wait for a connection to it').default('5s'),
  retention_days: count('Days for which the rows of invocations are kept; their sums by day stay')
    .default(400)
    .floor('most'),
});

function asPath(written: string): Result<string, string> {
  return urlScheme(written) === null ? ok(written) : err('it is a URL, which belongs into `ledger.url`');
}

function asPostgresUrl(written: string): Result<string, string> {
  const shown = urlScheme(written) === null ? 'it' : `\`${urlWithoutSecrets(written)}\``;
  if (!isPostgresUrl(written))
    return err(`${shown} does not begin with \`postgres://\` or \`postgresql://\``);
  const read = parametersOf(written);
  return read.ok ? ok(written) : err(`${shown} ${read.error.why}${nearWord(read.error.unknown)}`);
}

function asSchema(written: string): Result<string, string> {
  return /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(written) && !/^pg_/i.test(written)
    ? ok(written)
    : err('a schema has letters, digits and `_`, at most 63, and does not begin with `pg_`');
}

function asLease(written: string): Result<number, string> {
  const read = parseDuration(written);
  if (!read.ok || read.value >= SHORTEST_LEASE_MS) return read;
  return err('a lease takes at least 3s');
}
