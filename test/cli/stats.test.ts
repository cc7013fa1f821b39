import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { asking, good } from '../ledger/attempts.js';
import { type InvocationSample, type Try, write } from '../ledger/invocations.js';
import { runInProcess } from '../rig/in-process.js';

const NOW = Date.UTC(2026, 10, 20, 15);
const COLUMNS =
  'invocations,failures,failure_types,fallbacks,attempts,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,without_tokens,cost_usd,list_usd,without_price,attempts_without_price,p50_ms,p95_ms,preferred_usd,saved_usd,not_compared,calls';

let root: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-stats-'));
  const ledger = good(await openLedger({ file: path.join(root, 'ledger.db'), now: () => NOW }));
  for (const [index, one] of TOLD.entries()) await write(ledger, { ...one, id: `id ${index}` });
  good(await ledger.admit({ ...asking('live', 250_000, { all: 1_000_000 }) }));
  ledger.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const stats = (args: string[], given: { columns?: number; nowMs?: number } = {}) =>
  runInProcess(['stats', '--color', 'never', ...args], {
    root,
    env: { LLM_ROUTER_LEDGER: path.join(root, 'ledger.db') },
    nowMs: NOW,
    ...given,
  });

describe('stats', () => {
  it('shows a day in a pipe as sums and breakdowns', async () => {
    const { code, stdout, stderr } = await stats([]);
    expect([code, stderr]).toEqual([0, '1 unfinished run reserves $0.25\n']);
    expect(stdout).toBe(`Daily usage 2026-11-20 (UTC)
  invocations  5          tokens   8,800
  cost         $0.21+?    average  $0.042+?
  saved        $0.19 (47%) against the preferred models; 2 invocations cannot be compared
  latency      p50 560 ms, p95 12.0 s
  failures     1 (20%): rate_limit 1
  fallbacks    1 (20%)
  1 invocation without a price

By agent                       By model
  architect  3    $0.20  95%     opus   3    $0.20  95%
  scribe     2  $0.01+?   5%     haiku  2  $0.01+?   5%

By tool
  claude-code  5  $0.21+?  100%
`);
  });

  it('adds bars and a sparkline of days on a terminal', async () => {
    const { stdout } = await stats(['--weekly'], { columns: 100 });
    expect(stdout).toContain('Weekly usage 2026-11-16 to 2026-11-20 (UTC)\n');
    expect(stdout).toMatch(/^ {2}by day {7}█▁▁▁▂$/m);
    expect(stdout).toMatch(/architect +4 +\$1\.20 +99% +█{10} +opus/);
    expect((await stats(['--weekly'])).stdout).not.toMatch(/[▁█]/);
  });

  it('lists periods when the days span several', async () => {
    const { stdout } = await stats(['--monthly', '--since', '2026-10-31']);
    expect(stdout).toMatch(/^Usage 2026-10-31 to 2026-11-20 \(UTC\)$/m);
    expect(stdout).toMatch(/^By month\n {2}2026-10 +1 +\$0\.50 +\d+%\n {2}2026-11 +6 +/m);
  });

  it.each([80, 100])('groups by several keys in a table of %i columns', async (columns) => {
    const { stdout } = await stats(['--by', 'agent,model'], { columns });
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.slice(0, 4).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'AGENT',
      'architect',
      'scribe',
      'total',
    ]);
    expect(lines.slice(4)).toEqual(['+? and a part without a price']);
    expect(lines[1]).toMatch(/^architect +opus +3 +1 /);
  });

  it('writes CSV with stable columns, exact money and quoted names', async () => {
    const { stdout } = await stats(['--by', 'session,tag:team', '--format', 'csv']);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toBe(`session,tag:team,${COLUMNS}`);
    expect(rows).toEqual([
      '"a ""quoted"", name",core,3,1,rate_limit=1,1,4,3000,400,0,1000,4400,0,0.200001,0.200001,0,0,1200,12000,0.300001,0.1,1,0',
      ',,2,0,,0,2,3000,400,0,1000,4400,0,0.01,0.01,1,1,34,560,0.1,0.09,1,0',
    ]);
  });

  it('writes one CSV line per period unless keys are given', async () => {
    const days = await stats(['--since', '7d', '--format', 'csv']);
    expect(days.stdout.split('\n').map((line) => line.split(',')[0])).toEqual([
      'day',
      '2026-11-16',
      '2026-11-20',
      '',
    ]);
    const months = await stats(['--monthly', '--since', '2026-01-01', '--format=csv']);
    expect(months.stdout).toMatch(/^month,invocations.*\n2026-10,1,.*\n2026-11,6,/);
  });

  it('has one JSON document with the same columns', async () => {
    const document = JSON.parse((await stats(['--json'])).stdout);
    expect(Object.keys(document)).toEqual([
      'version',
      'since',
      'until',
      'period',
      'total',
      'interrupted',
      'unpriced',
      'held',
      'rows_since',
      'tables',
    ]);
    expect(Object.keys(document.total).join(',')).toBe(COLUMNS);
    expect(document).toMatchObject({
      version: 1,
      since: '2026-11-20',
      until: '2026-11-20',
      period: 'day',
      total: { invocations: 5, cost_usd: 0.210001, failure_types: { rate_limit: 1 }, without_price: 1 },
      held: { runs: 1, usd: 0.25 },
    });
    expect(document.tables.map((table: { by: string[] }) => table.by)).toEqual([
      ['day'],
      ['agent'],
      ['model'],
      ['tool'],
    ]);
  });

  it('says that there are no invocations', async () => {
    const empty = await runInProcess(['stats'], { root, nowMs: NOW });
    expect([empty.code, empty.stdout]).toEqual([
      0,
      expect.stringMatching(/^Daily usage 2026-11-20 \(UTC\)\n +invocations +0 +tokens +0\n +cost +\$0\.00/),
    ]);
    expect(empty.stderr).toBe('no invocations on 2026-11-20\n');
    expect(empty.stdout.trimEnd().split('\n').length).toBe(3);
    const csv = await stats(['--since', '2025-01-01', '--until', '2025-01-02', '--format', 'csv']);
    expect(csv.stdout).toBe(`day,${COLUMNS}\n`);
  });

  it.each([
    [
      ['--by', 'agnet'],
      '--by: cannot group by `agnet`',
      'agent, tool, model, day, week, month, session, tag:<key>',
    ],
    [['--by', 'agent,agent'], '--by: `agent` is named twice', ''],
    [['--by', 'tag:'], '--by: cannot group by `tag:`', ''],
    [['--since', 'yesterday'], '--since: `yesterday` is neither', ''],
    [['--since', '2026-11-21'], '--since: 2026-11-21 is after the end of the report, 2026-11-20', ''],
    [['--daily', '--monthly'], 'give one of `--daily`, `--weekly` and `--monthly`', ''],
    [['--format', 'xml'], 'table, json, csv', ''],
    [['prune', '--older-than', 'soon'], '--older-than: `soon` is not an age', ''],
  ])('%j is a usage error with a hint', async (args, message, hint) => {
    const { code, stdout, stderr } = await stats(args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('fails with a broken config, which cannot name the ledger, and removes nothing', async () => {
    const config = path.join(root, 'broken.yaml');
    writeFileSync(config, 'version: 1\nledger: { pat: x.db }\n');
    const shown = await stats(['--config', config]);
    expect([shown.code, shown.stderr]).toEqual([0, expect.stringContaining('the default ledger is read')]);
    expect((await stats(['prune', '--older-than', '0s', '--config', config])).code).toBe(78);
  });

  it('removes old rows by age or by the config, keeps their sums, and says which groupings are incomplete', async () => {
    const file = path.join(root, 'pruned.db');
    const ledger = good(await openLedger({ file, now: () => NOW }));
    for (const [index, one] of TOLD.entries()) await write(ledger, { ...one, id: `id ${index}` });
    ledger.close();
    const config = path.join(root, 'keep.yaml');
    writeFileSync(config, `version: 1\nledger: { path: pruned.db, retention_days: 15 }\n`);
    const run = (args: string[]) =>
      runInProcess(['stats', ...args, '--config', config], { root, nowMs: NOW });
    const whole = ['--since', '2026-01-01', '--json'];
    const before = JSON.parse((await run(whole)).stdout);
    expect((await run(['prune'])).stderr).toBe(
      'removed 1 invocation from before 2026-11-05: their sums by day, agent, tool and model are kept, their sessions and tags are not\n',
    );
    const old = await run(['prune', '--older-than', '2d', '--json']);
    expect(JSON.parse(old.stdout)).toEqual({ removed: 1, before: '2026-11-18', file });
    const after = JSON.parse((await run(whole)).stdout);
    expect(after).toEqual({ ...before, rows_since: '2026-11-18' });
    const sessions = await run(['--since', '2026-01-01', '--by', 'session']);
    expect(sessions.stderr).toContain('warning: rows before 2026-11-18 were removed');
    expect((await run(['--since', '2026-11-18', '--by', 'session'])).stderr).toBe('');
  });
});

const tokens = { input: 1500, cached: 200, output: 500 };
const opus = (microUsd: number | null, failure: string | null = null): Try => ({
  tool: 'claude-code',
  model: 'opus',
  tokens: failure === null ? tokens : null,
  microUsd,
  failure,
});
const haiku = (microUsd: number | null): Try => ({ ...opus(microUsd), model: 'haiku' });

const PLAIN = { agent: 'architect', fallback: false, latencyMs: 1234 };
const CORE = { ...PLAIN, session: 'a "quoted", name', tags: { team: 'core' } };
const NONE = { ...PLAIN, session: null, tags: {}, agent: 'scribe' };
const TODAY = '2026-11-20';
const TOLD: Omit<InvocationSample, 'id'>[] = [
  { ...CORE, day: TODAY, tries: [opus(100_001)], compared: { actual: 100_001, preferred: 100_001 } },
  { ...CORE, day: TODAY, tries: [opus(0, 'rate_limit')], compared: null },
  {
    ...CORE,
    day: TODAY,
    latencyMs: 12_345,
    fallback: true,
    tries: [opus(0, 'rate_limit'), opus(100_000)],
    compared: { actual: 100_000, preferred: 200_000 },
  },
  {
    ...NONE,
    day: TODAY,
    latencyMs: 34,
    tries: [haiku(10_000)],
    compared: { actual: 10_000, preferred: 100_000 },
  },
  { ...NONE, day: TODAY, latencyMs: 556, tries: [haiku(null)], compared: null },
  { ...CORE, day: '2026-11-16', tries: [opus(1_000_000)], compared: null },
  { ...CORE, day: '2026-10-31', tries: [opus(500_000)], compared: null },
];
