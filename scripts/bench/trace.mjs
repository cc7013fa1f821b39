// Two ratios, each in one interleaved run: what keeping a trace adds to `exec`, and what 100,000 older traces add to
// `trace --last 20`. Ratios count, not times. Exit 1 when the second one is above its limit.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { env, measureShell, median } from './measure.mjs';

const ROUNDS = 25;
const PER_ROUND = 4;
const OLDER = [100, 100_000];
/** Older traces are spread over the days for which they are kept. */
const DAYS = 30;
const MAX_RATIO = 1.3;
const DAY_MS = 24 * 60 * 60 * 1000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const router = `"${process.execPath}" "${root}/bin/llm-router.cjs"`;

function config(enabled) {
  const file = path.join(folder, `traces-${enabled}.yaml`);
  const tool = 'tools: { noop: { binary: cat, args: [], billing: free } }';
  const traces = `traces: { enabled: ${enabled}, dir: ${folder}/exec }`;
  writeFileSync(file, `version: 1\nagents: { me: { preferred_tool: noop } }\n${tool}\n${traces}\n`);
  return `${router} exec --config "${file}" -a me --json hello`;
}

/** A folder with one trace of today twenty times, and so many older ones. */
function store(older) {
  const dir = path.join(folder, `older-${older}`);
  execFileSync('bash', ['-c', `LLM_ROUTER_TRACE_DIR="${dir}" ${router} exec --tool mock hello >/dev/null`], {
    env,
  });
  const today = readdirSync(dir).find((name) => /^\d{8}$/.test(name)) ?? '';
  const [first = ''] = readdirSync(path.join(dir, today));
  const sample = path.join(dir, today, first);
  const text = readFileSync(sample, 'utf8');
  for (let index = 0; index < 20; index++) copyFileSync(sample, path.join(dir, today, `${idOf(index)}.json`));
  for (let index = 0; index < older; index++) {
    const day = new Date(Date.now() - (1 + (index % DAYS)) * DAY_MS)
      .toISOString()
      .slice(0, 10)
      .replaceAll('-', '');
    const at = path.join(dir, day);
    if (index < DAYS) mkdirSync(at);
    writeFileSync(path.join(at, `${idOf(index)}.json`), text);
  }
  return `LLM_ROUTER_TRACE_DIR="${dir}" ${router} trace --last 20`;
}

function idOf(index) {
  return `01${String(index).padStart(24, '0')}`;
}

function compare(title, [[nameA, a], [nameB, b]]) {
  const results = [a, b].map(() => ({ wall: [], cpu: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, command] of [a, b].entries()) {
      const { wall, cpu } = measureShell(command, PER_ROUND, { env: { ...env, HOME: folder }, cwd: folder });
      results[index].wall.push(wall);
      results[index].cpu.push(cpu);
    }
  }
  const [base, more] = results.map(({ wall, cpu }) => ({ wall: median(wall), cpu: median(cpu) }));
  const [w, c] = [more.wall / base.wall, more.cpu / base.cpu];
  const line = (name, one) =>
    `  ${name.padEnd(16)} wall ${one.wall.toFixed(1).padStart(6)} ms   cpu ${one.cpu.toFixed(1).padStart(6)} ms\n`;
  process.stdout.write(
    `${title}\n${line(nameA, base)}${line(nameB, more)}  ratio            wall ${w.toFixed(2)} x   cpu ${c.toFixed(2)} x\n`,
  );
  return w;
}

try {
  process.stdout.write(`node ${process.versions.node}, medians of ${ROUNDS} rounds of ${PER_ROUND}\n`);
  compare('exec with a no-op tool', [
    ['without a trace', config(false)],
    ['with a trace', config(true)],
  ]);
  const ratio = compare(
    'trace --last 20',
    OLDER.map((older) => [`${older} older`, store(older)]),
  );
  process.exitCode = ratio > MAX_RATIO ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
