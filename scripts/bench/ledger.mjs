// What money costs in time: reserve and settle by one and by sixteen processes on one file, a budget check with a short and with a
// long history, and what a hard budget adds to `exec`. Ratios count, not times.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { median, outputOf, quantile, timed } from './measure.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const say = (text) => process.stdout.write(`${text}\n`);
const { openLedger, sampleRow, fillHistory } = await runScript('scripts/bench/ledger-work.ts');

if (process.argv[2] === 'worker') await work(process.argv[3], Number(process.argv[4]));
else await measureAll();

async function measureAll() {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
  try {
    say(`node ${process.versions.node}`);
    for (const processes of [1, 16]) await concurrent(path.join(folder, `${processes}.db`), processes);
    await histories(folder);
    starts(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reserve and settle, as often as a worker is told; its times go to the parent. */
async function work(file, count) {
  const ledger = await opened(file);
  const times = [];
  for (let n = 0; n < count; n++) {
    const id = `${process.pid}-${n}`;
    const start = performance.now();
    await pay(ledger, id);
    times.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify(times));
}

async function opened(file) {
  const ledger = await openLedger({ file, now: Date.now });
  if (!ledger.ok) throw new Error(ledger.error.message);
  return ledger.value;
}

async function pay(ledger, id) {
  const period = new Date().toISOString().slice(0, 10);
  await ledger.admit({
    id: `${id}:1`,
    invocationId: id,
    n: 1,
    atMs: Date.now(),
    scopes: ['global', 'agent'],
    agent: 'a',
    tool: 't',
    model: 'm',
    queries: [
      { scope: 'global', period },
      { scope: 'agent', period: period.slice(0, 7) },
    ],
    decide: () => ({ reserveMicroUsd: 100 }),
  });
  await ledger.begin(`${id}:1`);
  await ledger.settle(sampleRow(id));
}

async function concurrent(file, processes) {
  (await opened(file)).close();
  const each = Math.ceil(1600 / processes);
  const start = performance.now();
  const times = (await Promise.all(Array.from({ length: processes }, () => worker(file, each)))).flat();
  const seconds = (performance.now() - start) / 1000;
  say(
    `reserve, begin, settle, ${processes} process${processes === 1 ? '' : 'es'}: p50 ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms, ${times.length} runs in ${seconds.toFixed(1)} s`,
  );
}

async function worker(file, count) {
  return JSON.parse(await outputOf([fileURLToPath(import.meta.url), 'worker', file, String(count)]));
}

async function histories(folder) {
  const files = { 10: path.join(folder, 'short.db'), 1000000: path.join(folder, 'long.db') };
  const ledgers = {};
  for (const [rows, file] of Object.entries(files)) {
    (await opened(file)).close();
    await fillHistory(file, Number(rows));
    ledgers[rows] = await opened(file);
  }
  const times = { 10: [], 1000000: [] };
  for (let round = 0; round < 400; round++) {
    for (const rows of Object.keys(ledgers)) {
      const start = performance.now();
      await pay(ledgers[rows], `check-${round}`);
      times[rows].push(performance.now() - start);
    }
  }
  const [short, long] = [median(times[10]), median(times[1_000_000])];
  say(
    `a budget check with 10 rows ${short.toFixed(2)} ms, with 1,000,000 rows ${long.toFixed(2)} ms: ${(long / short).toFixed(2)} x`,
  );
}

/** `exec` with a no-op tool that bills per token, with and without a hard budget, interleaved. */
function starts(folder) {
  const tool = 'tools: { noop: { binary: cat, args: [], billing: api, models: [m] } }';
  const model = 'models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }';
  const agent = 'agents: { me: { preferred_tool: noop, max_cost_usd: 0.000001 } }';
  const base = `version: 1\n${agent}\n${tool}\n${model}\n`;
  const budget = 'policies: { default: { budget: { daily_usd: 1000000, limit: { type: hard } } } }\n';
  const configs = { without: base, with: `${base}${budget}` };
  for (const [name, text] of Object.entries(configs)) writeFileSync(path.join(folder, `${name}.yaml`), text);
  const times = { node: [], without: [], with: [] };
  for (let round = 0; round < 40; round++) {
    times.node.push(timed(['-e', '0'], folder));
    for (const name of Object.keys(configs)) {
      const config = path.join(folder, `${name}.yaml`);
      times[name].push(
        timed(
          [`${root}/bin/llm-router.cjs`, 'exec', '--config', config, '-a', 'me', '--json', 'hello'],
          folder,
        ),
      );
    }
  }
  const [node, without, limited] = [times.node, times.without, times.with].map(median);
  say(
    `exec without a budget ${without.toFixed(2)} ms (${(without / node).toFixed(2)} x \`node -e 0\`), with one ${limited.toFixed(2)} ms (${(limited / node).toFixed(2)} x)`,
  );
}
