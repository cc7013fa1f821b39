import { toUsd } from '../../domain/cost.js';
import { formatDuration } from '../../domain/duration.js';
import { dollars } from '../../domain/money.js';
import { type LedgerStatus, statusOfLedger } from '../../ledger/status.js';
import { ledgerName } from '../../ledger/where.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerPlaceOf } from '../ledger-place.js';
import { printFailure, reportEarly } from '../report.js';
import { countText, plural } from '../words.js';

/** `ledger status`: where the ledger is and how it is. Exit 66 if runs cannot use it. */
export async function runLedgerStatus(
  context: CommandContext,
  { json = false }: { json?: boolean },
): Promise<number> {
  const { output } = context;
  const loaded = usableConfig(await loadCommandConfig(context));
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const place = ledgerPlaceOf(context, loaded.value);
  const found = await statusOfLedger(place);
  if (!found.ok) return reportEarly(context, { failure: ledgerFailure(found.error) });
  const status = found.value;
  // Without a URL that can be used it is the file beside which records are kept, which is no ledger.
  const name = status.trouble?.kind === 'bad_url' ? null : ledgerName(place);
  if (json) await output.json(statusJson(name, status));
  else await output.data(`${statusLines(name, status).join('\n')}\n`);
  if (status.trouble === null) return 0;
  await printFailure(output, ledgerFailure(status.trouble));
  return 66;
}

function statusJson(ledger: string | null, status: LedgerStatus) {
  const { contents, server, trouble } = status;
  return {
    ledger,
    engine: status.engine,
    engine_version: status.engineVersion,
    schema_version: isAsked(status) ? status.version : null,
    newest_schema_version: isAsked(status) ? status.newest : null,
    may_write: isAsked(status) ? status.mayWrite : null,
    bytes: isAsked(status) ? status.bytes : null,
    invocations: contents?.invocations ?? null,
    reservations:
      contents === null
        ? null
        : { runs: contents.reservations.count, usd: toUsd(contents.reservations.microUsd) },
    pending: status.pending,
    pending_for_others: status.others.map(({ database, pending }) => ({ ledger: urlOf(database), pending })),
    server:
      server === null
        ? null
        : {
            schema: server.schema,
            exists: server.isThere,
            role: server.role,
            may_migrate: server.mayMigrate,
            read_only: server.isReadOnly,
            encrypted: server.isEncrypted,
            clock_ahead_ms: server.clockAheadMs,
            round_trip_ms: Math.round(server.roundTripMs),
          },
    trouble: trouble === null ? null : { kind: trouble.kind, message: trouble.message, hint: trouble.hint },
  };
}

/** Whether the server of a shared ledger could be asked; of any other only what waits on this machine is known. */
function isAsked({ engine, server }: LedgerStatus): boolean {
  return engine === 'sqlite' || server !== null;
}

function statusLines(name: string | null, status: LedgerStatus): string[] {
  const { contents, server } = status;
  const rows: [string, string][] = [['ledger', name ?? 'unknown']];
  if (isAsked(status))
    rows.push(
      ['engine', engineWords(status)],
      ['schema', schemaWords(status)],
      ['rights', rightsWords(status)],
    );
  if (contents !== null)
    rows.push(
      ['size', `${sizeText(status.bytes)}, ${plural(contents.invocations, 'run')}`],
      ['reserved', reservedWords(contents.reservations)],
    );
  rows.push([
    'pending',
    status.pending === 0 ? 'none' : `${plural(status.pending, 'record')} on this machine`,
  ]);
  for (const other of status.others)
    rows.push(...otherLines(other).map((line): [string, string] => ['', line]));
  if (server !== null) rows.push(['clock', clockWords(server.clockAheadMs)]);
  return rows.map(([title, text]) => `${title.padEnd(10)}${text}`);
}

/** What waits for another database, and how it gets there. */
function otherLines({ database, variable, pending }: LedgerStatus['others'][number]): string[] {
  const records = plural(pending, 'record');
  const them = pending === 1 ? 'it' : 'them';
  if (variable !== null)
    return [`${records} for the database of \`${variable}\`, whose next \`llm-router stats\` sends ${them}`];
  const url = urlOf(database);
  return [`${records} for ${url}, to send ${them}:`, `LLM_ROUTER_LEDGER='${url}' llm-router stats`];
}

/** Its password comes from `PGPASSWORD` or `~/.pgpass`, and the user too. */
function urlOf(database: string): string {
  return /^[a-z]+:\/\/|^\$/.test(database) ? database : `postgres://${database}`;
}

function engineWords({ engine, engineVersion, server }: LedgerStatus): string {
  if (engineVersion === null) return 'SQLite, the file is made by the first run';
  if (server === null) return `${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'} ${engineVersion}`;
  const answers = `answers in ${Math.max(1, Math.round(server.roundTripMs))} ms`;
  return `PostgreSQL ${engineVersion}, ${answers}, ${server.isEncrypted ? 'with' : 'without'} TLS`;
}

function schemaWords({ version, newest, server }: LedgerStatus): string {
  const name = server === null ? '' : `\`${server.schema}\`, `;
  if (version === 0) return `${name}${server?.isThere === true ? 'not readable' : 'none yet'}`;
  if (version === newest) return `${name}version ${version}, up to date`;
  return `${name}version ${version}, this llm-router uses ${newest}`;
}

function rightsWords({ mayWrite, engineVersion, server }: LedgerStatus): string {
  if (engineVersion === null) return mayWrite ? 'may make the file' : 'may not make the file';
  const may = [...(mayWrite ? ['read and write'] : []), ...(server?.mayMigrate === true ? ['migrate'] : [])];
  const words = may.length > 0 ? `may ${may.join(', ')}` : 'may not write';
  if (server === null) return words;
  return `role \`${server.role}\` ${words}${server.isReadOnly ? ', but the server only reads' : ''}`;
}

function reservedWords({ count, microUsd }: { count: number; microUsd: number }): string {
  return count === 0 ? 'nothing' : `${dollars(microUsd)} by ${plural(count, 'run')}`;
}

/** The clock of the database, by which budgets count. */
function clockWords(aheadMs: number): string {
  const ms = Math.abs(aheadMs);
  if (ms < 1000) return 'as that of the database';
  return `${formatDuration(ms)} ${aheadMs > 0 ? 'behind' : 'ahead of'} that of the database, by which budgets count`;
}

const KIB = 1024;

function sizeText(bytes: number): string {
  if (bytes < KIB * KIB) return `${countText(Math.ceil(bytes / KIB))} KiB`;
  return `${(bytes / KIB / KIB).toFixed(1)} MiB`;
}
