// How long a report takes with 1,000,000 invocations in one month: in the process, and as the built command. Ratios count, not times.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { env } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const ROWS = Number(process.argv[2] ?? rounds(1_000_000, 10_000));
const FEW = 1000;
const ROUNDS = rounds(7, 1);
const REPORTS = [
  ['month', '`stats --monthly`', null],
  ['agent-model', '`stats --monthly --by agent,model`', ['agent', 'model']],
  ['session', '`stats --monthly --by session`', ['session']],
];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { fillMonth, timeReport, timePrune } = await runScript('scripts/bench/stats-work.ts');

const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
try {
  const few = path.join(folder, 'few.db');
  const many = path.join(folder, 'many.db');
  await fillMonth(few, FEW);
  await fillMonth(many, ROWS);
  const rows = `${ROWS.toLocaleString('en-US')} invocations`;
  for (const [id, name, by] of REPORTS) {
    const times = { many: [], few: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.many.push((await timeReport(many, by)).wallMs);
      times.few.push((await timeReport(few, by)).wallMs);
    }
    const [title, beside] = [`${name}, ${rows}`, `${FEW.toLocaleString('en-US')} invocations`];
    row({ id, title, unit: 'ms', ours: times.many, beside, theirs: times.few });
  }
  const whole = Array.from({ length: ROUNDS }, () => command(many));
  row({ id: 'command', title: `\`stats --monthly\`, ${rows}, the whole command`, unit: 'ms', ours: whole });
  const prune = await timePrune(many);
  row({
    id: 'prune',
    title: 'what a run waits while it removes 500 old rows, once a day',
    unit: 'ms',
    ours: prune,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
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
