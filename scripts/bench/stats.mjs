// How long a report takes with 1,000,000 invocations in one month: in the process, and as the built command. Ratios count, not times.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { env, median } from './measure.mjs';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 5;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const say = (text) => process.stdout.write(`${text}\n`);
const { fillMonth, timeReport, timePrune } = await runScript('scripts/bench/stats-work.ts');

const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
try {
  const few = path.join(folder, 'few.db');
  const many = path.join(folder, 'many.db');
  await fillMonth(few, 1000);
  await fillMonth(many, ROWS);
  const size = Math.round(statSync(many).size / 2 ** 20);
  say(
    `node ${process.versions.node}, medians of ${ROUNDS}; ${ROWS.toLocaleString('en-US')} invocations are ${size} MiB`,
  );
  for (const [name, by] of [
    ['stats --monthly', null],
    ['stats --monthly --by agent,model', ['agent', 'model']],
    ['stats --monthly --by session', ['session']],
  ]) {
    const [short, long] = [await reports(few, by), await reports(many, by)];
    say(`${name.padEnd(34)} ${long} in the process; with 1,000 rows ${short}`);
  }
  const wall = median(Array.from({ length: ROUNDS }, () => command(many)));
  say(`stats --monthly, the whole command ${wall.toFixed(0).padStart(6)} ms`);
  say(
    `old rows removed in passing        ${(await timePrune(many)).toFixed(1).padStart(6)} ms for 500, once a day`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function reports(file, by) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timeReport(file, by));
  const [wall, cpu] = [median(times.map((one) => one.wallMs)), median(times.map((one) => one.cpuMs))];
  return `${wall.toFixed(0)} ms (${cpu.toFixed(0)} ms of the processor)`;
}

function command(file) {
  const start = performance.now();
  execFileSync(
    process.execPath,
    [
      path.join(root, 'bin/llm-router.cjs'),
      'stats',
      '--since',
      '2026-11-01',
      '--until',
      '2026-11-30',
      '--monthly',
    ],
    { env: { ...env, HOME: folder, LLM_ROUTER_LEDGER: file }, cwd: folder, stdio: 'ignore' },
  );
  return performance.now() - start;
}
