// What money costs in time: reserve and settle by one and by sixteen processes on one file, and a budget check with a short and with a
// long history. What a hard budget adds to `exec` is in start.mjs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { outputOf, quantile } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const RUNS = rounds(1600, 160);
const HISTORY = rounds(300_000, 10_000);
const CHECKS = rounds(400, 20);
/** What is aimed at for sixteen processes at once. */
const MOST_P99_MS = 5;

const { openLedger, pay, fillHistory } = await runScript('scripts/bench/ledger-work.ts');

if (process.argv[2] === 'worker') await work(process.argv[3], Number(process.argv[4]));
else await measureAll();

async function measureAll() {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
  try {
    for (const processes of [1, 16]) await concurrent(path.join(folder, `${processes}.db`), processes);
    await histories(folder);
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

async function concurrent(file, processes) {
  (await opened(file)).close();
  const each = Math.ceil(RUNS / processes);
  const times = (await Promise.all(Array.from({ length: processes }, () => worker(file, each)))).flat();
  const title = `reserve, begin and settle, ${processes} process${processes === 1 ? '' : 'es at once'}`;
  const [id, unit] = [`settle.${processes}`, 'ms'];
  row({ id: `${id}.p50`, title: `${title}, p50`, unit, ours: times });
  const limit = processes === 1 ? {} : { limit: MOST_P99_MS };
  row({ id: `${id}.p99`, title: `${title}, p99`, unit, ours: quantile(times, 0.99), ...limit });
}

async function worker(file, count) {
  return JSON.parse(await outputOf([fileURLToPath(import.meta.url), 'worker', file, String(count)]));
}

async function histories(folder) {
  const files = { short: [10, path.join(folder, 'short.db')], long: [HISTORY, path.join(folder, 'long.db')] };
  const [ledgers, times] = [{}, { short: [], long: [] }];
  for (const [name, [rows, file]] of Object.entries(files)) {
    (await opened(file)).close();
    await fillHistory(file, rows);
    ledgers[name] = await opened(file);
  }
  for (let round = 0; round < CHECKS; round++) {
    for (const [name, ledger] of Object.entries(ledgers)) {
      const start = performance.now();
      await pay(ledger, `check-${round}`);
      times[name].push(performance.now() - start);
    }
  }
  const title = `a budget check after ${HISTORY.toLocaleString('en-US')} attempts`;
  row({ id: 'history', title, unit: 'ms', ours: times.long, beside: 'after 10', theirs: times.short });
}
