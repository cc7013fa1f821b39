import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

const CONFIG = `version: 1
default_agent: worker
agents:
  worker: { description: Does it, preferred_tool: bot, preferred_model: big, max_cost_usd: 1.5, policy: strict }
  helper: { preferred_tool: absent, fallback_chain: [bot] }
  lost: { preferred_tool: absent, access: none }
tools:
  bot:
    kind: mock
    billing: api
    models: [big]
    responses: [{ text: done, usage: { input_tokens: 100000, output_tokens: 1 } }]
  absent: { binary: absent-cli, args: [], install_hint: install it }
models:
  big: { provider: acme, id: big-1, cost_per_1m_tokens: { input: 10, output: 0 } }
policies:
  default: { budget: { daily_usd: 10, monthly_usd: 100 } }
  strict: { budget: { scope: agent, daily_usd: 2, limit: { type: hard } } }
`;
const NOW = Date.parse('2026-11-20T09:30:00Z');

function project(config = CONFIG) {
  const root = mkdtempSync(path.join(tmpdir(), 'llm-lists-'));
  writeFileSync(path.join(root, 'c.yaml'), config);
  return (args: string[], columns?: number) =>
    runInProcess([...args, '--config', 'c.yaml'], {
      root,
      nowMs: NOW,
      env: { CI: '1', NO_COLOR: '1' },
      ...(columns === undefined ? {} : { columns }),
    });
}

describe('agents', () => {
  it('lists what each prefers and would run now', async () => {
    const { code, stdout } = await project()(['agents']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'AGENT             PREFERS  ACCESS  POLICY   BILLING    CAP  NOW',
      'worker (default)  bot big  read    strict   api      $1.50  ready: bot big',
      'helper            absent   read    default  api          -  fallback bot big: `absent-cli` not found in PATH',
      'lost              absent   none    default  -            -  no tool: `absent-cli` not found in PATH',
      '',
    ]);
  });

  it('is a document with --json', async () => {
    const { agents } = JSON.parse((await project()(['agents', '--json'])).stdout);
    expect(agents[0]).toEqual({
      name: 'worker',
      is_default: true,
      description: 'Does it',
      preferred_tool: 'bot',
      preferred_model: 'big',
      access: 'read',
      policy: 'strict',
      cap_usd: 1.5,
      ready: true,
      tool: 'bot',
      model: 'big',
      billing: 'api',
      reason: null,
      hint: null,
    });
    expect(agents[2]).toMatchObject({ name: 'lost', ready: false, tool: null, hint: 'install it' });
  });

  it('says when there are none', async () => {
    const { code, stderr } = await project('version: 1\n')(['agents']);
    expect([code, stderr]).toEqual([0, 'the config defines no agents (see `llm-router config init`)\n']);
  });
});

describe('tools', () => {
  it('lists what can run, for which agents', async () => {
    const { code, stdout } = await project()(['tools']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bot +mock +- +1 +api +any +checked +worker, helper +ready$/m);
    expect(stdout).toMatch(
      /^absent +command +absent-cli +0 +subscription +any +checked +helper, lost +`absent-cli` not found in PATH$/m,
    );
    expect(stdout).toMatch(/^claude-code +command +claude /m);
  });

  it('is a document with --json', async () => {
    const { tools } = JSON.parse((await project()(['tools', '--json'])).stdout);
    expect(tools[1]).toEqual({
      name: 'absent',
      kind: 'command',
      built_in: false,
      runs: 'absent-cli',
      models: [],
      billing: 'subscription',
      access: ['none', 'read', 'edit', 'full'],
      cost_cap: 'checked',
      agents: ['helper', 'lost'],
      ready: false,
      reason: '`absent-cli` not found in PATH',
      hint: 'install it',
    });
  });
});

describe('budget', () => {
  it('shows what was used of every limit that applies', async () => {
    const run = project();
    expect((await run(['exec', '--no-stdin', 'hi'])).code).toBe(0);
    const { budgets } = JSON.parse((await run(['budget', '--json'])).stdout);
    const threshold = { threshold_percent: 80 };
    const known = {
      ...{ policy: 'default', scope: 'global', name: null, reserved_usd: 0, limit_type: 'soft' },
      ...threshold,
    };
    expect(budgets).toEqual([
      {
        ...known,
        window: 'daily',
        limit_usd: 10,
        used_usd: 1,
        left_usd: 9,
        resets_at: '2026-11-21T00:00:00.000Z',
      },
      {
        ...known,
        window: 'monthly',
        limit_usd: 100,
        used_usd: 1,
        left_usd: 99,
        resets_at: '2026-12-01T00:00:00.000Z',
      },
      {
        ...threshold,
        ...{ policy: 'strict', scope: 'agent', name: 'worker', window: 'daily', limit_usd: 2, used_usd: 1 },
        ...{ reserved_usd: 0, left_usd: 1, limit_type: 'hard', resets_at: '2026-11-21T00:00:00.000Z' },
      },
      {
        ...threshold,
        ...{ policy: 'strict', scope: 'agent', name: null, window: 'daily', limit_usd: 2, used_usd: 0 },
        ...{ reserved_usd: 0, left_usd: 2, limit_type: 'hard', resets_at: '2026-11-21T00:00:00.000Z' },
      },
    ]);
    expect((await run(['budget'], 120)).stdout).toContain(
      'agent worker           daily    hard    $2.00  $1.00     $0.00   $1.00  50%  █████  00:00 UTC (in 14h 30m)',
    );
  });

  it('says when there is none', async () => {
    const { code, stderr } = await project('version: 1\n')(['budget']);
    expect([code, stderr]).toEqual([
      0,
      'the config sets no daily or monthly budget (`budget` of a policy)\n',
    ]);
  });

  it('of a ledger that cannot be read is an input error', async () => {
    const run = project(`${CONFIG}ledger: { path: . }\n`);
    const { code, stderr } = await run(['budget']);
    expect([code, stderr]).toEqual([66, expect.stringContaining('[input]')]);
  });
});

it.each(['agents', 'tools', 'budget'])('%s of a broken config ends with its findings', async (command) => {
  const run = project('version: 1\nagents: { x: { preferred_tol: y } }\n');
  expect(await run([command])).toMatchObject({
    code: 78,
    stdout: '',
    stderr: expect.stringContaining('preferred_tol'),
  });
  expect(JSON.parse((await run([command, '--json'])).stdout).failure.type).toBe('config');
});
