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

/** A name matches itself and its subdomains, a network (`10.0.0.0/8`) its addresses; a port, if given, must be equal. */
function isExempt(url: URL, list: string | null): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const entries = (list ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => {
    if (entry === '*' || isInNetwork(url.hostname, entry)) return true;
    const [, name = '', wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const host = url.hostname.toLowerCase();
    return (wanted === undefined || wanted === port) && (host === name || host.endsWith(`.${name}`));
  });
}

/** Of IPv4, as `curl` and Go know them. */
function isInNetwork(host: string, entry: string): boolean {
  const [, network = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(entry) ?? [];
  const [address, start] = [numberOf(host), numberOf(network)];
  if (address === null || start === null || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | null {
  const isAddress = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(address);
  return isAddress ? address.split('.').reduce((number, part) => number * 256 + Number(part), 0) : null;
}
