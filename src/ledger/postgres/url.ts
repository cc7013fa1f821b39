import { err, ok, type Result } from '../../domain/result.js';

/** What a URL of a PostgreSQL database states, by the names of libpq (`host`, `port`, `dbname`, `user`, `password`, …). */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

/** The parameters that are understood; their meaning is that of libpq, which has no `schema`. */
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
  'connect_timeout',
  'application_name',
  'options',
  'schema',
] as const;
export type ParameterName = (typeof PARAMETERS)[number];

/** Whether this is the name of a parameter that is understood. */
export function isParameter(name: string): name is ParameterName {
  return (PARAMETERS as readonly string[]).includes(name);
}

/**
 * Reads `postgres://user:password@host:port/dbname?parameter=value`; every part may be missing. The error is the end of a sentence about
 * the URL, and repeats nothing secret.
 */
export function parametersOf(url: string): Result<Parameters, string> {
  const [, rest = ''] = /^[a-z]+:\/\/(.*)$/is.exec(url) ?? [];
  const question = rest.indexOf('?');
  const base = question < 0 ? rest : rest.slice(0, question);
  const [authority = '', ...folders] = base.split('/');
  const at = authority.lastIndexOf('@');
  const [user, ...password] = at < 0 ? [''] : authority.slice(0, at).split(':');
  const [, ipv6, host, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (ipv6 === undefined && host === undefined) return err('has a host that cannot be read');
  const stated: [string, string][] = [
    ['user', user ?? ''],
    ['password', password.join(':')],
    ['host', ipv6 ?? host ?? ''],
    ['port', port ?? ''],
    ['dbname', folders.join('/')],
  ];
  const query = question < 0 ? '' : rest.slice(question + 1);
  for (const part of query.split('&').filter((one) => one !== '')) {
    const [name = '', ...value] = part.split('=');
    if (!isParameter(name)) return err(unknownParameter(name));
    stated.push([name, value.join('=')]);
  }
  return decoded(stated);
}

function unknownParameter(name: string): string {
  const shown = /^[A-Za-z0-9_-]{1,40}$/.test(name) ? `\`${name}\`` : 'a parameter';
  return `has ${shown}, which is not one of ${PARAMETERS.join(', ')}`;
}

function decoded(stated: readonly [string, string][]): Result<Parameters, string> {
  try {
    const known = stated.filter(([, value]) => value !== '');
    return ok(Object.fromEntries(known.map(([name, value]) => [name, decodeURIComponent(value)])));
  } catch {
    return err('has a `%` that is not followed by two hexadecimal digits');
  }
}
