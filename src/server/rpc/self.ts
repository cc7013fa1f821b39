import { ok } from '../../domain/result.js';
import { VERSION } from '../../version.generated.js';
import type { Method } from './method.js';

export const ping: Method = {
  name: 'rpc.ping',
  summary: 'Answers, so that a client sees that it is heard',
  result: '`"pong"`',
  params: 'none',
  call: async () => ok('pong'),
};

export const version: Method = {
  name: 'rpc.version',
  summary: 'The version of the server',
  result: '`{version, jsonrpc}`',
  params: 'none',
  call: async () => ok({ version: VERSION, jsonrpc: '2.0' }),
};

/** The method that lists them all. */
export function methodsOf(others: readonly Method[]): Method {
  const own: Method = {
    name: 'rpc.methods',
    summary: 'Every method with what it does',
    result: '`{methods: [{name, summary}]}`',
    params: 'none',
    call: async () => ok({ methods: [...others, own].map(({ name, summary }) => ({ name, summary })) }),
  };
  return own;
}
