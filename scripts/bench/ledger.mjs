// What money costs in time: reserve and settle by one and by sixteen processes, on one file and on a file each, and a budget check with a
// short and with a long history. What a hard budget adds to `exec` is in start.mjs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { outputOf, quantile } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const RUNS = rounds(1600, 160);
const ROUNDS = rounds(5, 1);
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
    await alone(folder);
    await sixteen(folder);
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

async function alone(folder) {
  const times = await measured([path.join(folder, 'alone.db')]);
  const title = 'reserve, begin and settle, 1 process';
  row({ id: 'settle.1.p50', title: `${title}, p50`, unit: 'ms', ours: times });
  row({ id: 'settle.1.p99', title: `${title}, p99`, unit: 'ms', ours: quantile(times, 0.99) });
}

/** Beside it the same with a file each: what is left of the time is that sixteen processes share the processors. */
async function sixteen(folder) {
  const times = { one: [], each: [] };
  const files = (round, name) =>
    Array.from({ length: 16 }, (_, n) => path.join(folder, `${round}-${name(n)}.db`));
  for (let round = 0; round < ROUNDS; round++) {
    times.one.push(await measured(files(round, () => 'one')));
    times.each.push(await measured(files(round, (n) => n)));
  }
  const title = 'reserve, begin and settle, 16 processes at once';
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ]) {
    const of = (rounds) => rounds.map((one) => quantile(one, share));
    const given = {
      title: `${title}, ${name}`,
      unit: 'ms',
      ours: of(times.one),
      beside: 'a file each',
      theirs: of(times.each),
    };
    row({ id: `settle.16.${name}`, ...given, ...(name === 'p99' ? { limit: MOST_P99_MS } : {}) });
  }
}

/** The times of all runs of one process for each of these files, at once. */
async function measured(files) {
  for (const file of new Set(files)) (await opened(file)).close();
  const count = Math.ceil(RUNS / files.length);
  return (await Promise.all(files.map((file) => worker(file, count)))).flat();
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
