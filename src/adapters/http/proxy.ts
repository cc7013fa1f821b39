import type { Environment } from '../adapter.js';
import { isLoopback } from './loopback.js';

/**
 * The proxy that a request to this URL goes through, by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` or their
 * lower-case names, which win; `null`: none. Connections to this machine are direct.
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const proxy = namedProxy(url, env)?.value ?? null;
  if (proxy === null) return null;
  const whole = proxy.includes('://') ? proxy : `http://${proxy}`;
  return URL.canParse(whole) && /^https?:/i.test(whole) ? whole : null;
}

/** The variable whose proxy for this URL cannot be used, and its protocol; `null`: there is none, or it can be used. */
export function unusableProxy(url: URL, env: Environment): { variable: string; protocol: string } | null {
  const named = namedProxy(url, env);
  if (named === null || proxyFor(url, env) !== null) return null;
  return { variable: named.variable, protocol: /^([a-z0-9+.-]+):\/\//i.exec(named.value)?.[1] ?? '' };
}

function namedProxy(url: URL, env: Environment): { variable: string; value: string } | null {
  if (isLoopback(url.hostname) || isExempt(url, variable(env, 'no_proxy'))) return null;
  for (const name of [url.protocol === 'https:' ? 'https_proxy' : 'http_proxy', 'all_proxy'])
    for (const variable of [name, name.toUpperCase()]) {
      const value = env[variable];
      if (value) return { variable, value };
    }
  return null;
}

function variable(env: Environment, name: string): string | null {
  return env[name] || env[name.toUpperCase()] || null;
}

/** A name matches itself and its subdomains; a port, if given, must be equal. */
function isExempt(url: URL, list: string | null): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const entries = (list ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const host = url.hostname.toLowerCase();
    return (wanted === undefined || wanted === port) && (host === name || host.endsWith(`.${name}`));
  });
}
