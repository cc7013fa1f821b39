// Two ratios, each in one interleaved run: what keeping a trace adds to `exec`, and what 100,000 older traces add to
// `trace --last 20`. Ratios count, not times.
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
import { env, measureShell } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const ROUNDS = rounds(20, 2);
const PER_ROUND = rounds(3, 1);
const OLDER = [100, rounds(100_000, 1000)];
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

/** Two commands, a round of each in turns. */
function compare({ id, title, ours, beside, theirs, most }) {
  const times = { ours: { wall: [], cpu: [] }, theirs: { wall: [], cpu: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [who, command] of Object.entries({ ours, theirs })) {
      const { wall, cpu } = measureShell(command, PER_ROUND, { env: { ...env, HOME: folder }, cwd: folder });
      times[who].wall.push(wall);
      times[who].cpu.push(cpu);
    }
  }
  for (const [kind, unit] of Object.entries({ cpu: 'ms CPU', wall: 'ms' }))
    row({
      id: `${id}.${kind}`,
      title,
      unit,
      ours: times.ours[kind],
      beside,
      theirs: times.theirs[kind],
      most,
    });
}

try {
  compare({
    id: 'exec',
    title: '`exec` of a no-op tool, with a trace',
    ours: config(true),
    beside: 'without a trace',
    theirs: config(false),
  });
  const [few, many] = OLDER;
  compare({
    id: 'last',
    title: `\`trace --last 20\`, ${many.toLocaleString('en-US')} older traces`,
    ours: store(many),
    beside: `${few} older traces`,
    theirs: store(few),
    most: MAX_RATIO,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
