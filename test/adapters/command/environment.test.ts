// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import {
  childEnvironment,
  hasApiKey,
  missingVariables,
  secretValues,
  variableTrouble,
} from '../../../src/adapters/command/environment.js';
import type { CommandTool } from '../../../src/config/types.js';
import { traceparent } from '../../../src/crypto/trace-ids.js';
import { NO_FAMILY } from '../../../src/domain/family.js';
import { taskOf, toolOf } from './samples.js';

const ENV = {
  PATH: '/bin',
  HOME: '/home/me',
  CLAUDECODE: '1',
  OPENAI_KEY: 'sk-12345678',
  OPENAI_ORG: 'org',
  EMPTY: '',
};
const OURS = {
  LLM_ROUTER_PARENT_ID: `01INVOCATION-${process.pid}`,
  LLM_ROUTER_ROOT_ID: '01ROOT',
  LLM_ROUTER_DEPTH: '1',
  TRACEPARENT: 'tp',
};

function environmentOf(more: Partial<CommandTool>, tmpDir: string | null = null) {
  return childEnvironment(taskOf(toolOf([], more)), {
    env: ENV,
    variables: {},
    traceparent: 'tp',
    tmpDir,
    slots: [],
    isLocal: false,
    family: NO_FAMILY,
  });
}

it('passes on neither trust nor the token of the server, even where the definition names them', () => {
  const granted = { LLM_ROUTER_TRUST: '1', LLM_ROUTER_TOKEN: 'dummy-token' };
  const tool = toolOf([], {
    envInherit: 'all',
    envVars: { LLM_ROUTER_TRUST: { value: '1', at: null } },
  });
  const from = {
    env: { ...ENV, ...granted },
    variables: granted,
    traceparent: 'tp',
    tmpDir: null,
    slots: [],
    isLocal: false,
    family: NO_FAMILY,
  };
  expect(Object.keys(childEnvironment(taskOf(tool), from)).filter((name) => name in granted)).toEqual([]);
});

it('keeps a proxy from a gateway on this machine', () => {
  const from = {
    variables: {},
    traceparent: 'tp',
    tmpDir: null,
    slots: [],
    isLocal: true,
    family: NO_FAMILY,
  };
  const env = { HTTPS_PROXY: 'http://proxy:1', no_proxy: 'intern' };
  expect(childEnvironment(taskOf(toolOf([])), { ...from, env })).toMatchObject({
    no_proxy: 'intern,127.0.0.1',
    NO_PROXY: 'intern,127.0.0.1',
  });
  expect(childEnvironment(taskOf(toolOf([])), { ...from, env: {} })).not.toHaveProperty('no_proxy');
});

function trouble(more: Partial<CommandTool>) {
  return variableTrouble(taskOf(toolOf([], more)), ENV);
}

function placed(vars: Record<string, string>): CommandTool['envVars'] {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { value, at: null }]));
}

describe('childEnvironment', () => {
  it('inherits everything, minus env_unset, plus env_vars and our own variables', () => {
    const more = {
      envUnset: ['CLAUDE*', 'OPENAI_ORG'],
      envVars: placed({ BOT_KEY: '${OPENAI_KEY}', MODE: 'x' }),
    };
    const { PATH, HOME, OPENAI_KEY, EMPTY } = ENV;
    const expected = { PATH, HOME, OPENAI_KEY, EMPTY, BOT_KEY: OPENAI_KEY, MODE: 'x', ...OURS };
    expect(environmentOf(more)).toEqual(expected);
  });

  it('inherits only what the names and globs match', () => {
    const expected = {
      HOME: '/home/me',
      OPENAI_KEY: 'sk-12345678',
      OPENAI_ORG: 'org',
      TMPDIR: '/private',
      ...OURS,
    };
    expect(environmentOf({ envInherit: ['HOME', 'OPENAI_*', 'O.*'] }, '/private')).toEqual(expected);
  });

  it('names a variable that is not set', () => {
    expect(trouble({ envVars: placed({ KEY: '${MY_KEY}' }) })).toMatchObject({
      type: 'tool_not_found',
      message: '`MY_KEY` is not set, and tool `bot` needs it',
      tool: 'bot',
    });
    expect(trouble({ envRequired: [{ value: 'EMPTY', at: null }] })).toMatchObject({
      type: 'tool_not_found',
      message: '`EMPTY` is not set, and tool `bot` needs it',
    });
  });
});

describe('API keys', () => {
  const keys = { apiKeyEnv: ['OPENAI_KEY', 'OPENAI_ORG'] };

  it('are not inherited with a subscription', () => {
    const expected = { ...ENV, ...OURS, OPENAI_KEY: undefined, OPENAI_ORG: undefined };
    const made = environmentOf({ ...keys, billing: 'subscription' });
    expect({ ...expected, ...made }).toEqual(expected);
    expect(environmentOf({ ...keys, billing: 'auto' })).toMatchObject({ OPENAI_KEY: 'sk-12345678' });
  });

  it('are kept when the config sets them itself, since some flat-fee plans need a key', () => {
    const more = { ...keys, billing: 'subscription' as const, envVars: placed({ OPENAI_KEY: '${HOME}' }) };
    expect(environmentOf(more)).toMatchObject({ OPENAI_KEY: '/home/me' });
    expect(hasApiKey(toolOf([], more), ENV)).toBe(true);
  });

  it.each<[Partial<CommandTool>, boolean]>([
    [keys, true],
    [{}, false],
    [{ apiKeyEnv: ['EMPTY'] }, false],
    [{ ...keys, billing: 'subscription' }, false],
    [{ ...keys, envUnset: ['OPENAI_*'] }, false],
    [{ ...keys, envInherit: ['PATH'] }, false],
    [{ apiKeyEnv: ['BOT_KEY'], envVars: placed({ BOT_KEY: '${OPENAI_KEY}' }) }, true],
  ])('are inherited, with %j: %j', (more, isThere) => {
    expect(hasApiKey(toolOf([], more), ENV)).toBe(isThere);
  });
});

it('lets placeholder variables override env_vars, and our own variables both', () => {
  const tool = toolOf([], { envVars: placed({ LIMIT: '1', OTHER: '2' }) });
  const variables = { LIMIT: '9', LLM_ROUTER_DEPTH: '0' };
  const given = {
    env: {},
    variables,
    traceparent: 'tp',
    tmpDir: null,
    slots: ['a:1', 'b:1'],
    isLocal: false,
    family: NO_FAMILY,
  };
  expect(childEnvironment(taskOf(tool), given)).toEqual({
    LIMIT: '9',
    OTHER: '2',
    ...OURS,
    LLM_ROUTER_SLOTS: 'a:1,b:1',
  });
});

it('lists missing variables once', () => {
  const tool = toolOf([], {
    envRequired: [{ value: 'A', at: null }],
    envVars: placed({ X: '${A} ${B} ${C:-c}' }),
  });
  expect(missingVariables(tool, {})).toEqual(['A', 'B']);
  expect(missingVariables(tool, { A: '1', B: '' })).toEqual([]);
});

it('lists the secret values', () => {
  const tool = toolOf([], {
    envVars: placed({ X: 'Bearer ${OPENAI_KEY} ${NOT:-public}', Y: 'plain' }),
    apiKeyEnv: ['OPENAI_ORG', 'NOT'],
  });
  expect(secretValues(tool, ENV)).toEqual(['sk-12345678', 'org']);
  expect(secretValues(toolOf(['--key=${OPENAI_KEY}', '${NOT}']), ENV)).toEqual(['sk-12345678']);
});

describe('traceparent', () => {
  const first = { attempt: 1, isSampled: true };

  it('carries a trace id of 32 hex digits as it is, and a hash of any other', () => {
    expect(traceparent({ id: 'i', traceId: 'A'.repeat(32) }, first)).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
    const hashed = traceparent({ id: 'i', traceId: 'my trace' }, first);
    expect(hashed).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traceparent({ id: 'i', traceId: 'my trace' }, first)).toBe(hashed);
    expect(traceparent({ id: 'i', traceId: '0'.repeat(32) }, first)).not.toContain('0'.repeat(32));
  });

  it('names another span for each attempt, and says whether the trace is recorded', () => {
    const run = { id: 'i', traceId: 'a'.repeat(32) };
    const spans = [1, 2].map((attempt) => traceparent(run, { ...first, attempt }));
    expect(new Set(spans).size).toBe(2);
    expect(traceparent(run, { attempt: 1, isSampled: false })).toBe(spans[0]?.replace(/01$/, '00'));
  });
});
