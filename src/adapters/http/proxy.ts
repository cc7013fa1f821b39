import type { Environment } from '../adapter.js';
import { withCredentials } from './credentials.js';
import { isLoopback } from './loopback.js';

/**
 * The proxy that a request to this URL goes through, by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` or their
 * lower-case names, which win; `null`: none. Connections to this machine are direct.
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const named = namedProxy(url, env);
  return named === null ? null : usable(named.value);
}

/**
 * Why nothing can be sent to this URL; `null`: there is no proxy for it, or one that can be used. Past a proxy that cannot, the key and
 * the prompt would go out directly.
 */
export function proxyTrouble(url: URL, env: Environment): { detail: string; hint: string } | null {
  const named = namedProxy(url, env);
  if (named === null || usable(named.value) !== null) return null;
  const { variable, value } = named;
  const protocol = /^([a-z0-9+.-]+):\/\//i.exec(value)?.[1] ?? '';
  const why = /^(?:https?)?$/i.test(protocol) ? 'it is no URL' : `\`${protocol}\``;
  return {
    detail: `the proxy in \`${variable}\` is not supported (${why}), and nothing is sent past it`,
    hint: `set \`${variable}\` to an \`http://\` proxy, or add \`${url.hostname}\` to \`NO_PROXY\``,
  };
}

function usable(proxy: string): string | null {
  const whole = withCredentials(proxy.includes('://') ? proxy : `http://${proxy}`);
  return whole !== null && URL.canParse(whole) && /^https?:\/\//i.test(whole) ? whole : null;
}

function namedProxy(url: URL, env: Environment): { variable: string; value: string } | null {
  if (isLoopback(url.hostname) || isExempt(url, variable(env, 'no_proxy'))) return null;
  for (const name of [url.protocol === 'https:' ? 'https_proxy' : 'http_proxy', 'all_proxy'])
    for (const variable of [name, name.toUpperCase()]) {
      const value = env[variable]?.trim();
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
