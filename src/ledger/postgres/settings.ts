import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  checked,
  type ParameterName,
  type Parameters,
  parametersOf,
  type UrlFault,
  urlFault,
  type ValueOf,
} from '../../domain/postgres-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import { homeFolder, userName } from '../../files/account.js';
import { readRegularFileNow } from '../../files.js';
import { withPasswordOf } from './known-password.js';
import type { PostgresPlace } from './place.js';
import { sectionOf } from './service-file.js';

/** How to reach a database, with nothing left open. */
export interface Settings {
  /** A name or address, or the folder of a socket. */
  host: string;
  port: number;
  user: string;
  database: string;
  /** `null`: none is given. */
  password: string | null;
  /** A file of passwords that is not used, as others can read it; `null`: there is none. */
  openPassfile: string | null;
  tls: Tls;
  /** Whether the password is tied to the certificate of the server, so that no one between can pass it on. */
  channelBinding: ValueOf<'channel_binding'>;
  applicationName: string;
  /** Options of the server's command line; `null`: none. */
  options: string | null;
  connectTimeoutMs: number;
  /** `null`: the URL names none. */
  schema: string | null;
}

/** `prefer`: with TLS where the server has it; `allow`: with TLS where the server does not let this user in without it. */
export interface Tls {
  mode: 'disable' | 'allow' | 'prefer' | 'require';
  /** Certificates in PEM; `null`: those of the system. */
  ca: string | null;
  cert: string | null;
  key: string | null;
  checksCertificate: boolean;
  checksName: boolean;
  /** Begins with TLS, without asking for it first. */
  isDirect: boolean;
}

const VARIABLES: Readonly<Partial<Record<ParameterName, string>>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
};

/**
 * Settles how to connect, as users of libpq expect it: what the URL states, then the service file, the variables, and the defaults. The
 * error is the end of a sentence about the URL.
 */
export function settingsOf(place: PostgresPlace): Result<Settings, UrlFault> {
  const stated = parametersOf(withPasswordOf(place.url, place.passwordUrl ?? ''));
  if (!stated.ok) return stated;
  const { env } = place;
  const byVariable = Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([name, variable]) => {
      const value = env[variable] ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  ) as Parameters;
  const service = serviceOf(stated.value.service ?? byVariable.service ?? null, env);
  if (!service.ok) return service;
  const usable = checked({ ...byVariable, ...service.value, ...stated.value });
  if (!usable.ok) return usable;
  const known = usable.value;
  const port = Number(known.port ?? 5432);
  const host = known.host ?? socketFolder(port) ?? 'localhost';
  const tls = tlsOf({ ...known, host }, homeFolder(env));
  if (!tls.ok) return tls;
  const user = known.user ?? userName(env);
  const base = { host, port, user, database: known.dbname ?? user };
  const passfile = passfileOf(known, env);
  const isOpen = isOpenToOthers(passfile);
  return ok({
    ...base,
    password: known.password ?? (isOpen ? null : keptPassword(passfile, base)),
    openPassfile: isOpen ? passfile : null,
    tls: tls.value,
    channelBinding: bindingOf(known),
    applicationName: known.application_name ?? 'llm-router',
    options: known.options ?? null,
    connectTimeoutMs: timeoutOf(known.connect_timeout) ?? place.connectTimeoutMs,
    schema: stated.value.schema ?? null,
  });
}

/** libpq counts in seconds; zero and less wait for ever there, which is the configured time here. */
function timeoutOf(text = '0'): number | null {
  const seconds = Number(text);
  return seconds > 0 ? seconds * 1000 : null;
}

function bindingOf({ channel_binding: binding = 'prefer' }: Parameters): Settings['channelBinding'] {
  return binding as Settings['channelBinding'];
}

function serviceOf(name: string | null, env: PostgresPlace['env']): Result<Parameters, UrlFault> {
  if (name === null) return ok({});
  const files = [
    env.PGSERVICEFILE ?? path.join(homeFolder(env), '.pg_service.conf'),
    path.join(env.PGSYSCONFDIR ?? '/etc/postgresql-common', 'pg_service.conf'),
  ];
  for (const file of files) {
    const found = sectionOf(textOf(file) ?? '', { file, service: name });
    if (!found.ok) return found;
    if (found.value !== null) return ok(found.value);
  }
  return err(urlFault(`names the service \`${name}\`, which is in none of ${files.join(', ')}`));
}

/** Where a server of this machine listens, as libpq looks for it where no host is named: at Debian's folder, else at that of the sources. */
const SOCKET_FOLDERS = ['/run/postgresql', '/var/run/postgresql', '/tmp'];

function socketFolder(port: number): string | null {
  return SOCKET_FOLDERS.find((folder) => existsSync(path.join(folder, `.s.PGSQL.${port}`))) ?? null;
}

/** Such a file of passwords is not used, as by libpq. */
function isOpenToOthers(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
}

function passfileOf({ passfile }: Parameters, env: PostgresPlace['env']): string {
  return passfile ?? path.join(homeFolder(env), '.pgpass');
}

/** The password that a file has for a database (https://www.postgresql.org/docs/current/libpq-pgpass.html). */
function keptPassword(
  file: string,
  to: { host: string; port: number; user: string; database: string },
): string | null {
  const host = to.host.startsWith('/') ? 'localhost' : to.host;
  const wanted = [host, String(to.port), to.database, to.user];
  for (const line of (textOf(file) ?? '').split(/\r?\n/)) {
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) =>
      field.replace(/\\(.)/g, '$1'),
    );
    const isIt = !line.startsWith('#') && wanted.every((one, at) => fields[at] === '*' || fields[at] === one);
    if (isIt && fields[4] !== undefined) return fields[4];
  }
  return null;
}

const NO_TLS: Tls = {
  mode: 'disable',
  ca: null,
  cert: null,
  key: null,
  checksCertificate: false,
  checksName: false,
  isDirect: false,
};

/** `sslmode` and `sslnegotiation` as https://www.postgresql.org/docs/current/libpq-ssl.html has them. */
function tlsOf(known: Parameters, home: string): Result<Tls, UrlFault> {
  const host = known.host ?? 'localhost';
  const isHere = host.startsWith('/') || /^(localhost|127\.|::1$)/.test(host);
  const isPlain = isHere && bindingOf(known) !== 'require';
  const mode = (known.sslmode ?? (isPlain ? 'allow' : 'prefer')) as ValueOf<'sslmode'>;
  const isDirect = known.sslnegotiation === 'direct';
  if (isDirect && ['disable', 'allow', 'prefer'].includes(mode))
    return err(
      urlFault(`begins with TLS by \`sslnegotiation=direct\`, which needs \`sslmode=require\` or more`),
    );
  if (host.startsWith('/') || mode === 'disable') return ok(NO_TLS);
  const read = (file: string | undefined): string | null => (file === undefined ? null : textOf(file));
  const named = { ca: known.sslrootcert, cert: known.sslcert, key: known.sslkey };
  const isSystem = named.ca === 'system';
  for (const [kind, file] of Object.entries(named))
    if (file !== undefined && !(kind === 'ca' && isSystem) && textOf(file) === null)
      return err(urlFault(`names \`${file}\`, which cannot be read`));
  const ca = isSystem ? null : (read(named.ca) ?? textOf(path.join(home, '.postgresql', 'root.crt')));
  const checksCertificate = mode.startsWith('verify') || (mode === 'require' && ca !== null) || isSystem;
  return ok({
    mode: mode === 'allow' || mode === 'prefer' ? mode : 'require',
    ca,
    cert: read(named.cert),
    key: read(named.key),
    checksCertificate,
    checksName: mode === 'verify-full' || isSystem,
    isDirect,
  });
}

const MAX_BYTES = 1024 * 1024;

/** `null`: it cannot be read. */
function textOf(file: string): string | null {
  try {
    return readRegularFileNow(file, { maxBytes: MAX_BYTES }).toString('utf8');
  } catch {
    return null;
  }
}
