import { expect, it } from '@jest/globals';
import { traceDir } from '../src/paths.js';

const BOTH = { configured: '/configured', projectDir: '/project' };

it.each([
  [{ LLM_ROUTER_TRACE_DIR: '/named', XDG_STATE_HOME: '/state' }, BOTH, '/named'],
  [{ LLM_ROUTER_TRACE_DIR: '' }, BOTH, '/configured'],
  [{}, { ...BOTH, configured: null }, '/project/.llm-router/traces'],
  [{ XDG_STATE_HOME: '/state' }, { configured: null, projectDir: null }, '/state/llm-router/traces'],
  [
    { XDG_STATE_HOME: 'relative' },
    { configured: null, projectDir: null },
    '/home/me/.local/state/llm-router/traces',
  ],
])('with %j and %j traces are in %s', (env, config, folder) => {
  expect(traceDir({ env, home: '/home/me' }, config)).toBe(folder);
});
