import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { probeLogin, probeVersion } from '../../src/adapters/probe.js';
import type { CommandTool } from '../../src/config/types.js';
import { agentRows } from '../../src/health/checks/agents.js';
import { checkTools } from '../../src/health/checks/tools.js';
import { isOlder } from '../../src/health/checks/version.js';
import type { HealthContext } from '../../src/health/context.js';
import { checkMachineHealth, runItems } from '../../src/health/health.js';
import { toolOf } from '../adapters/command/samples.js';
import { configOf } from '../rig/config.js';

const BOT = resolve('test/fixtures/agents/answers-questions');
const VERSION = { args: ['--version'], pattern: '(\\d+\\.\\d+\\.\\d+)', minimum: '1.2.0' };
const LOGIN = { args: ['login'], exitCode: 0, hint: 'run `bot login`' };
const ENV = { PATH: process.env.PATH };

async function rowOf(
  more: Partial<CommandTool>,
  given: { env?: Record<string, string>; asks?: boolean } = {},
) {
  const { asks = true } = given;
  const env = { ...ENV, ...given.env };
  const tool = toolOf([], { version: VERSION, loginCheck: LOGIN, ...more });
  const context: HealthContext = {
    config: { ...configOf(''), tools: { bot: tool } },
    facts: {
      nowMs: 0,
      inputTokens: 0,
      mostInputTokens: 0,
      tools: { bot: { available: true, path: BOT } },
      cooldowns: [],
      billing: {},
      spend: [],
      spendTrouble: null,
    },
    env,
    limits: [],
    plans: [],
    uncheckedAgents: 0,
    folders: [],
    endpoints: [],
    telemetry: { trouble: null, targets: [] },
    snapshots: null,
    interruptedRuns: [],
    connect: null,
    listModels: null,
    configState: { files: [], errors: [], misnamed: [], isTrusted: asks },
    nodeVersion: '20.20.0',
    ledger: null,
    probe: asks ? (asked, path) => probeVersion(asked, path, env) : null,
    probeLogin: asks ? (asked, path) => probeLogin(asked, path, env) : null,
  };
  const [row] = await runItems(checkTools(context), {});
  const { data: _data, ...shown } = row ?? {};
  return shown;
}

const ROW = { check: 'tool', subject: 'bot' };

it('shows the version and login of a tool', async () => {
  const detail = `1.2.3 at ${BOT}, logged in, cost cap checked`;
  expect(await rowOf({}, { env: { LOGIN: '1' } })).toEqual({ ...ROW, status: 'ok', detail, fix: null });
});

it('warns of a missing login, with what to do', async () => {
  const detail = `1.2.3 at ${BOT}, not logged in: \`login\` exited with 1`;
  expect(await rowOf({})).toEqual({ ...ROW, status: 'warn', detail, fix: 'run `bot login`' });
  expect(await rowOf({ loginCheck: { ...LOGIN, hint: null } })).toMatchObject({ fix: 'log in to bot' });
  expect(await rowOf({ version: null })).toMatchObject({ status: 'warn', fix: 'run `bot login`' });
});

it('does not check a login that is not needed', async () => {
  const detail = `1.2.3 at ${BOT}, cost cap checked`;
  const withKey = { env: { KEY: 'k' } };
  expect(await rowOf({ apiKeyEnv: ['KEY'] }, withKey)).toMatchObject({ status: 'ok', detail });
  expect(await rowOf({ loginCheck: null })).toMatchObject({ status: 'ok', detail });
});

it('reports a broken tool before checking its login', async () => {
  expect(await rowOf({}, { env: { BOT_VERSION: '1.1.9' } })).toMatchObject({
    status: 'warn',
    detail: `1.1.9 at ${BOT}, older than 1.2.0`,
    fix: 'npm install -g bot',
  });
});

it('runs nothing when the config is not trusted', async () => {
  expect(await rowOf({}, { asks: false })).toEqual({
    ...ROW,
    status: 'skip',
    detail: `${BOT}, not run because the config is not trusted`,
    fix: 'llm-router config trust',
  });
});

it.each([
  ['1.2.0', '1.2.0', false],
  ['1.10.0', '1.9.9', false],
  ['1.2', '1.2.1', true],
  ['v0.9.9-beta', '1.0.0', true],
])('%s older than %s: %j', (version, minimum, expected) => {
  expect(isOlder(version, minimum)).toBe(expected);
});

describe('a report about a very large config', () => {
  it('has the first errors, and the number of the others', async () => {
    const errors = Array.from({ length: 5000 }, (_, i) => ({
      code: 'config/unknown-tool',
      message: `a.yaml:${i}:1: unknown tool`,
      hint: null,
    }));
    const configState = { files: [], errors, misnamed: [], isTrusted: true };
    const rows = await checkMachineHealth({ configState, nodeVersion: '22.0.0', env: {}, folders: [] });
    const ofConfig = rows.filter(({ check }) => check === 'config');
    expect(ofConfig).toHaveLength(21);
    expect(ofConfig.at(-1)).toMatchObject({ subject: 'more', detail: '4980 more errors', status: 'fail' });
  });

  it('names how many agents it has not planned', () => {
    const context = { plans: [], uncheckedAgents: 11_800 } as unknown as HealthContext;
    expect(agentRows(context, [])).toEqual([
      {
        check: 'agent',
        subject: 'others',
        status: 'warn',
        detail: '11800 more agents are not checked',
        fix: 'name one: `doctor --agent <name>`',
      },
    ]);
  });
});
