import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

const CONFIG = `version: 1
agents:
  a: { preferred_tool: bot, preferred_model: big }
  b: { preferred_tool: other }
  denied: { preferred_tool: other, fallback_chain: [bot], policy: strict }
tools:
  bot: { kind: mock, models: [big], responses: [{ text: done }] }
  other: { kind: mock, responses: [{ text: done }] }
models: { big: { provider: acme, id: big-1 } }
policies: { strict: { governance: { denied_tools: [other] } } }
`;

let root = '';
const run = (args: string[], folder = 'shop') =>
  runInProcess(args, {
    root: path.join(root, folder),
    env: { HOME: path.join(root, 'home'), LLM_ROUTER_TRUST: '1', NO_COLOR: '1' },
    nowMs: Date.parse('2026-11-20T09:30:00Z'),
    random: Math.random,
  });

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-filters-'));
  for (const folder of ['shop', 'site']) {
    mkdirSync(path.join(root, folder));
    writeFileSync(path.join(root, folder, 'llm-router.yaml'), CONFIG);
  }
  for (const [agent, folder] of [
    ['a', 'shop'],
    ['b', 'shop'],
    ['denied', 'shop'],
    ['a', 'site'],
    ['denied', 'site'],
  ])
    await run(['exec', '--no-stdin', '-a', agent ?? '', 'hi'], folder);
});

describe('stats', () => {
  it.each([
    [[], 5],
    [['--project', 'shop'], 3],
    [['--project', '.'], 3],
    [['--project', '../site'], 2],
    [['--project', 'nowhere'], 0],
    [['--agent', 'a'], 2],
    [['--tool', 'other'], 1],
    [['--model', 'big'], 4],
    [['--project', 'site', '--agent', 'denied', '--tool', 'bot'], 1],
  ])('counts the runs of %j', async (filter, invocations) => {
    const { code, stdout } = await run(['stats', '--json', ...filter]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).total.invocations).toBe(invocations);
  });

  it('groups what a filter leaves', async () => {
    const { stdout } = await run(['stats', '--project', 'shop', '--by', 'agent', '--format', 'csv']);
    const agents = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(agents.sort()).toEqual(['a', 'b', 'denied']);
  });
});

describe('audit', () => {
  const projects = async (...filter: string[]) => {
    const { stdout } = await run(['audit', '--json', ...filter]);
    return (JSON.parse(stdout) as { project: string }[]).map(({ project }) => path.basename(project)).sort();
  };

  it.each([
    [[], ['shop', 'site']],
    [['--project', 'shop'], ['shop']],
    [['--project', '../site'], ['site']],
    [
      ['--agent', 'denied', '--tool', 'other'],
      ['shop', 'site'],
    ],
    [['--agent', 'a'], []],
    [['--model', 'big'], []],
  ])('lists the entries of %j', async (filter, found) => {
    expect(await projects(...filter)).toEqual(found);
  });

  it('says when no entry matches', async () => {
    const { code, stdout, stderr } = await run(['audit', '--agent', 'a']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^no entry in .*audit\.jsonl matches\n$/);
  });

  it('show prints the entries of one invocation in full', async () => {
    const [entry] = JSON.parse((await run(['audit', '--project', 'site', '--json'])).stdout);
    const shown = await run(['audit', 'show', entry.invocation_id]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^2026-11-20 09:30:00 UTC {2}governance_violation \(high\)\n/);
    expect(shown.stdout).toContain(`  invocation id    ${entry.invocation_id}\n`);
    expect(shown.stdout).toMatch(/ {2}project {10}.*\/site\n/);
    const last = JSON.parse((await run(['audit', 'show', 'last', '--json'])).stdout);
    expect(last).toEqual([expect.objectContaining({ audit_event: 'governance_violation' })]);
  });

  it.each([
    ['01ZZZ', 'no entry is of an invocation `01ZZZ`'],
    ['01', 'several invocations start with `01`'],
  ])('show %s is a usage error', async (id, message) => {
    const { code, stderr } = await run(['audit', 'show', id]);
    expect([code, stderr]).toEqual([64, expect.stringContaining(`error: ${message} [usage]`)]);
  });
});

describe('doctor --strict', () => {
  const config = (text: string) => {
    writeFileSync(path.join(root, 'home', 'doctor.yaml'), `version: 1\n${text}`);
    return ['doctor', '--config', path.join(root, 'home', 'doctor.yaml')];
  };

  it('fails where a row that an agent needs warns', async () => {
    const args = config(
      'agents: { x: { preferred_tool: absent, fallback_chain: [mock] } }\ntools: { absent: { binary: absent-cli, args: [] } }\n',
    );
    expect((await run(args)).code).toBe(0);
    expect((await run([...args, '--strict'])).code).toBe(1);
    expect(JSON.parse((await run([...args, '--strict', '--json'])).stdout).healthy).toBe(false);
  });

  it('passes where only tools warn that no agent needs', async () => {
    expect((await run([...config('agents: { x: { preferred_tool: mock } }\n'), '--strict'])).code).toBe(0);
  });
});

describe('budget', () => {
  const PAID = `version: 1
default_agent: a
agents: { a: { preferred_tool: bot, preferred_model: big } }
tools:
  bot:
    kind: mock
    billing: api
    models: [big]
    responses: [{ text: done, usage: { input_tokens: 100000, output_tokens: 1 } }]
models: { big: { provider: acme, id: big-1, cost_per_1m_tokens: { input: 10, output: 0 } } }
policies: { default: { budget: { scope: agent, daily_usd: 9 } } }
`;

  beforeAll(async () => {
    for (const [folder, runs] of [['paid', 2] as const, ['one/app', 1] as const, ['two/app', 1] as const]) {
      mkdirSync(path.join(root, folder), { recursive: true });
      writeFileSync(path.join(root, folder, 'llm-router.yaml'), PAID);
      for (let n = 0; n < runs; n++) await run(['exec', '--no-stdin', 'hi'], folder);
    }
  });

  it.each([
    [[], 2],
    [['--project', 'paid'], 2],
    [['--project', '.'], 2],
    [['--project', '../one/app'], 1],
    [['--project', './elsewhere'], 0],
  ])('counts what was used by %j', async (filter, used) => {
    const { code, stdout } = await run(['budget', '--json', ...filter], 'paid');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).budgets).toMatchObject([
      { name: 'a', used_usd: used, left_usd: 9 - used },
      { name: null, used_usd: 0 },
    ]);
  });

  it.each([
    ['nowhere', 'no run is of a project `nowhere` [usage]'],
    ['app', 'several projects have the name `app` [usage]\nhint: give the path of one: '],
  ])('names what is wrong with the name %s', async (name, words) => {
    const { code, stderr } = await run(['budget', '--project', name], 'paid');
    expect(code).toBe(64);
    expect(stderr).toContain(words);
  });
});
