import { err, ok, type Result } from './result.js';

/** What a URL of a PostgreSQL database states, by the names of libpq (`host`, `port`, `dbname`, `user`, `password`, …). */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

/** The parameters that are understood; their meaning is that of libpq, which has no `schema` and no `pgbouncer`. */
export const PARAMETERS = [
  'host',
  'port',
  'dbname',
  'user',
  'password',
  'passfile',
  'service',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'channel_binding',
  'gssencmode',
  'target_session_attrs',
  'connect_timeout',
  'application_name',
  'options',
  'schema',
  'pgbouncer',
] as const;
export type ParameterName = (typeof PARAMETERS)[number];

/**
 * The values of parameters that have a few. Of some only those that a ledger can do with: it writes, so that a replica does not serve it,
 * and it connects without Kerberos. No transaction of it depends on a session, so that it works through PgBouncer anyway.
 */
const VALUES = {
  sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
  sslnegotiation: ['postgres', 'direct'],
  channel_binding: ['disable', 'prefer', 'require'],
  gssencmode: ['disable', 'prefer'],
  target_session_attrs: ['any', 'read-write', 'primary'],
  pgbouncer: ['true', 'false'],
} as const satisfies Readonly<Partial<Record<ParameterName, readonly string[]>>>;
export type ValueOf<Name extends keyof typeof VALUES> = (typeof VALUES)[Name][number];

/** What is wrong with a URL, which repeats nothing secret. */
export interface UrlFault {
  /** The end of a sentence about the URL. */
  why: string;
  /** A word that is not one of these; `null`: it is something else. */
  unknown: { word: string; known: readonly string[] } | null;
}

/** Something else than an unknown word. */
export function urlFault(why: string): UrlFault {
  return { why, unknown: null };
}

/** Reads `postgres://user:password@host:port/dbname?parameter=value`; every part may be missing. */
export function parametersOf(url: string): Result<Parameters, UrlFault> {
  const [, rest = ''] = /^[a-z]+:\/\/(.*)$/is.exec(url) ?? [];
  const question = rest.indexOf('?');
  const base = question < 0 ? rest : rest.slice(0, question);
  const [authority = '', ...folders] = base.split('/');
  const at = authority.lastIndexOf('@');
  const [user, ...password] = at < 0 ? [''] : authority.slice(0, at).split(':');
  const address = authority.slice(at + 1);
  if (address.includes(',')) return err(urlFault('names several hosts: name the one that takes writes'));
  const [, ipv6, host, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(address) ?? [];
  if (ipv6 === undefined && host === undefined) return err(urlFault('has a host that cannot be read'));
  const stated: [string, string][] = [
    ['user', user ?? ''],
    ['password', password.join(':')],
    ['host', ipv6 ?? host ?? ''],
    ['port', port ?? ''],
    ['dbname', folders.join('/')],
  ];
  const query = question < 0 ? '' : rest.slice(question + 1);
  for (const part of query.split('&').filter((one) => one !== '')) {
    const [name, value] = asInLibpq(part);
    if (!isParameter(name)) return err(unknownParameter(name));
    stated.push([name, value]);
  }
  const known = decoded(stated);
  return known.ok ? checked(known.value) : known;
}

/** `ssl=true` is how JDBC says it, which libpq understands too. */
function asInLibpq(part: string): [name: string, value: string] {
  if (part === 'ssl=true') return ['sslmode', 'require'];
  const [name = '', ...value] = part.split('=');
  return [name, value.join('=')];
}

function isParameter(name: string): name is ParameterName {
  return (PARAMETERS as readonly string[]).includes(name);
}

function unknownParameter(name: string): UrlFault {
  const isWord = /^[A-Za-z0-9_-]{1,40}$/.test(name);
  return {
    why: `has ${isWord ? `\`${name}\`` : 'a parameter'}, which is not one of ${PARAMETERS.join(', ')}`,
    unknown: isWord ? { word: name, known: PARAMETERS } : null,
  };
}

function decoded(stated: readonly [string, string][]): Result<Parameters, UrlFault> {
  try {
    const known = stated.filter(([, value]) => value !== '');
    return ok(Object.fromEntries(known.map(([name, value]) => [name, decodeURIComponent(value)])));
  } catch {
    return err(urlFault('has a `%` that is not followed by two hexadecimal digits'));
  }
}

/** The parameters, each of whose values can be used. */
export function checked(parameters: Parameters): Result<Parameters, UrlFault> {
  for (const [name, known] of Object.entries(VALUES)) {
    const value = parameters[name as ParameterName];
    if (value === undefined || (known as readonly string[]).includes(value)) continue;
    const why = `has a value of \`${name}\` that is not one of ${known.join(', ')}`;
    return err({ why, unknown: { word: value, known } });
  }
  const { port = '5432', connect_timeout: timeout = '0', host = '' } = parameters;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    return err(urlFault('has a port that is not one'));
  if (!/^-?\d+$/.test(timeout))
    return err(urlFault('has a `connect_timeout` that is not a number of seconds'));
  if (host.includes(',')) return err(urlFault('names several hosts: name the one that takes writes'));
  return ok(parameters);
}
