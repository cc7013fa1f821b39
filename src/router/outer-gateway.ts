import type { Environment } from '../adapters/adapter.js';

/** Tells a nested call which URL is the gateway of the run around it, and which provider is behind that. */
const VARIABLE = 'LLM_ROUTER_GATEWAY';

/** For the tool of a run with a gateway. */
export function gatewayVariable({ url, target }: { url: string; target: string }): Environment {
  return { [VARIABLE]: `${url} ${target}` };
}

/**
 * The environment without the gateway of the run around this one: a nested run counts its own calls, and through both gateways they would
 * count twice.
 */
export function withoutOuterGateway(env: Environment): Environment {
  const { [VARIABLE]: pair, ...rest } = env;
  const [url = '', target = ''] = pair?.split(' ') ?? [];
  if (url === '' || target === '') return env;
  const base = target.replace(/\/+$/, '');
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, value?.replaceAll(url, () => base)]),
  );
}
