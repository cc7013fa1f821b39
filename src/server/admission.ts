import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is turned away before it is read. */
export interface Refusal {
  status: number;
  message: string;
  hint: string | null;
  headers?: Readonly<Record<string, string>>;
}

/** What a request must fit. */
export interface AdmissionRules {
  /** Names under which callers reach the server, in small letters. */
  hosts: readonly string[];
  /** `null`: none is asked for. */
  token: string | null;
}

/**
 * Whether a request may be served; `null`: it may. A page of another origin that a browser shows must reach nothing: neither by its own
 * name that it has pointed at this machine, nor by a request that it makes from there.
 */
export function refusalOf(headers: IncomingHttpHeaders, rules: AdmissionRules): Refusal | null {
  return hostRefusal(headers, rules) ?? originRefusal(headers);
}

/** Names of this machine, whatever address the server has. */
const OWN_NAMES = ['localhost', 'localhost.localdomain', 'ip6-localhost'];

function hostRefusal({ host = '' }: IncomingHttpHeaders, { hosts }: AdmissionRules): Refusal | null {
  const name = hostName(host);
  // A name that is an address cannot be pointed elsewhere.
  if (name !== null && (isIP(name) !== 0 || OWN_NAMES.includes(name) || hosts.includes(name))) return null;
  return {
    status: 421,
    message: 'the name in `Host` is not one of this server',
    hint: 'list the name in `server.hosts`',
  };
}

/** The name of `name:port`, `[::1]:port` or `name`, in small letters; `null`: it is none of these. */
export function hostName(host: string): string | null {
  const [, address, name] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (address ?? name)?.toLowerCase().replace(/\.$/, '') ?? null;
}

function originRefusal(headers: IncomingHttpHeaders): Refusal | null {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  const isOther = site === 'cross-site' || site === 'same-site';
  const isForeignRead = origin === undefined && isOther && headers['sec-fetch-mode'] !== 'navigate';
  const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
  if (!isForeign && !isForeignRead) return null;
  return { status: 403, message: 'requests from pages of another origin are refused', hint: null };
}

/** Whether a request has the token; `null`: it has, or none is asked for. */
export function tokenRefusal(
  { authorization = '', accept = '' }: IncomingHttpHeaders,
  { token }: AdmissionRules,
): Refusal | null {
  if (token === null) return null;
  const given = givenToken(authorization);
  if (given !== null && isSame(given, token)) return null;
  // A browser asks its user for a password only where it is told so.
  const scheme = accept.includes('text/html') ? 'Basic' : 'Bearer';
  return {
    status: 401,
    message: given === null ? 'the token is missing' : 'the token is wrong',
    hint: 'send `Authorization: Bearer` with the value of the variable that `server.token_env` names',
    headers: { 'www-authenticate': `${scheme} realm="llm-router"` },
  };
}

/** The token of `Bearer`, or the password of `Basic`. */
function givenToken(authorization: string): string | null {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? [];
  if (value === '') return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/** Takes as long for a nearly right token as for a wrong one. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
