import type { HttpSecrets } from '../../config/secret-part.js';
import type { Environment } from '../adapter.js';
import { expandVariables, literalSecrets } from '../variables.js';
import { baseUrlOf } from './base-url.js';
import { keysOf } from './endpoint.js';

/** Secret values from variables: keys, and values in headers and in the URL. */
export function secretValues(tool: HttpSecrets, env: Environment): string[] {
  const inHeaders = Object.values(tool.headers).flatMap(({ value }) => expandVariables(value, env).used);
  const used = [...baseUrlOf(tool, env).used, ...inHeaders];
  const proxies = ['https_proxy', 'http_proxy', 'all_proxy'].flatMap((name) =>
    [name, name.toUpperCase()].map((each) => passwordIn(env[each] ?? '')),
  );
  // A host is not secret, and messages must be able to name it.
  const hidden = used.filter((value) => !/^https?:\/\/[^@]*$/i.test(value));
  const secrets = [...hidden, ...keysOf(tool, env), ...proxies, ...literalSecrets(tool.headers)];
  return [...new Set(secrets)].filter((value) => value !== '');
}

function passwordIn(proxy: string): string {
  if (proxy === '') return '';
  const { password } = URL.canParse(proxy) ? new URL(proxy) : { password: '' };
  try {
    return decodeURIComponent(password);
  } catch {
    return password; // a `%` that encodes nothing
  }
}
