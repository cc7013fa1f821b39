// Every benchmark in one run and one table: ours beside the least that the same work can cost, and beside other programs where npm can
// install them. Ratios count, not times.
//   npm run bench [-- GROUP...] [--quick] [--json] [--record]
// `--record` keeps the figures in scripts/bench/recorded.json, of which `npm run generate` makes docs/benchmarks.md; those of
// benchmarks that were not named, or failed, are kept as they were. The page says which figures are those of a quick run.
import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS } from './groups.mjs';
import { nodeOf } from './packages.mjs';
import { table } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const RECORDED = path.join(here, 'recorded.json');
/** Far more than any takes, also on a machine with much else to do. */
const GROUP_LIMIT_MS = 1_200_000;
const say = (text) => process.stderr.write(`${text}\n`);

const USAGE = `npm run bench -- [GROUP...] [--quick] [--json] [--record]

  --quick   enough to see that a benchmark works, too little for figures
  --json    prints the rows as JSON
  --record  keeps the figures for docs/benchmarks.md

groups: ${GROUPS.map(({ name }) => name).join(', ')}`;

const { options, positionals } = given();
if (options?.help === true) process.stdout.write(`${USAGE}\n`);
else process.exitCode = options === null ? 64 : await main();

function given() {
  const flag = { type: 'boolean', default: false };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { ...flag, short: 'h' }, quick: flag, json: flag, record: flag },
    });
    return { options: values, positionals };
  } catch (error) {
    say(`${error.message}\n\n${USAGE}`);
    return { options: null, positionals: [] };
  }
}

async function main() {
  const unknown = positionals.filter((name) => !GROUPS.some((group) => group.name === name));
  if (unknown.length > 0) {
    say(`no such benchmark: ${unknown.join(', ')}; there are ${GROUPS.map(({ name }) => name).join(', ')}`);
    return 64;
  }
  const wanted = GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const groups = [];
  for (const group of wanted) groups.push(...(await measureOnAll(group)));
  const failed = groups.filter((group) => group.failed !== null);
  process.stdout.write(options.json ? `${JSON.stringify({ groups }, null, 2)}\n` : `${table(groups)}\n`);
  for (const { name, missing } of groups)
    for (const { id, why } of missing) say(`not measured: ${name} ${id}: ${why}`);
  for (const { name, failed: why } of failed) say(`FAILED: ${name}: ${why}`);
  if (options.record) record(groups.filter((group) => group.failed === null));
  return failed.length > 0 ? 1 : 0;
}

/** A group on this Node, and on the further ones that it names. */
async function measureOnAll(group) {
  const own = [await measure({ ...group, execPath: process.execPath })];
  for (const major of group.nodes ?? []) {
    const name = `${group.name}-node${major}`;
    const node = nodeOf(major);
    if ('why' in node) own.push({ name, ...empty(), missing: [{ id: '', why: node.why }] });
    else own.push(await measure({ ...group, name, execPath: node.path }));
  }
  return own;
}

function empty() {
  return { rows: [], missing: [], used: {}, failed: null };
}

/** What one benchmark gives, in a process of its own. */
function measure({ name, file, execPath, args = [], quick = [] }) {
  const loadBefore = loadavg()[0];
  const start = performance.now();
  const child = fork(path.join(here, file), options.quick ? quick : args, {
    cwd: root,
    execPath,
    env: { ...process.env, BENCH_QUICK: options.quick ? '1' : '0' },
    stdio: ['ignore', 2, 2, 'ipc'],
    timeout: GROUP_LIMIT_MS,
  });
  const result = { name, ...empty() };
  child.on('message', (message) => take(result, message));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const seconds = Math.round((performance.now() - start) / 1000);
      const load = [loadBefore, loadavg()[0]].map((one) => Number(one.toFixed(1)));
      say(`${name}: ${result.rows.length} rows in ${seconds} s`);
      resolve({ ...result, failed: failureOf({ ...result, code, signal }), load, seconds });
    });
  });
}

function take(result, { row, missing, used }) {
  if (row !== undefined) result.rows.push(row);
  if (missing !== undefined) result.missing.push(missing);
  if (used !== undefined) result.used[used.name] = used.version;
}

/** A benchmark that gave no figure, or one that is none, has failed. */
function failureOf({ rows, missing, code, signal }) {
  if (code !== 0) return signal === null ? `exit code ${code}` : `ended by ${signal}`;
  const hole = rows.find((row) => [row.ours, row.theirs, row.ratio, ...(row.spread ?? [])].some(isHole));
  if (hole !== undefined) return `${hole.id} has no figure`;
  return rows.length + missing.length === 0 ? 'it gave no row' : null;
}

function isHole(value) {
  return value !== null && !Number.isFinite(value);
}

function record(groups) {
  const old = existsSync(RECORDED) ? JSON.parse(readFileSync(RECORDED, 'utf8')) : { groups: [] };
  const recorded = groups.map(({ failed: _none, ...group }) => ({ ...group, ...surroundings() }));
  const kept = old.groups.filter(({ name }) => !groups.some((group) => group.name === name) && isKnown(name));
  const order = GROUPS.map(({ name }) => name);
  const place = ({ name }) => order.indexOf(name.replace(/-node\d+$/, ''));
  const all = [...kept, ...recorded].sort((a, b) => place(a) - place(b));
  writeFileSync(RECORDED, `${JSON.stringify({ groups: all }, rounded, 2)}\n`);
  say(`recorded in ${path.relative(root, RECORDED)}; \`npm run generate\` writes docs/benchmarks.md`);
}

/** A benchmark that was taken out has no place on the page. */
function isKnown(name) {
  return GROUPS.some(
    (group) =>
      group.name === name || (group.nodes ?? []).some((major) => name === `${group.name}-node${major}`),
  );
}

function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

function surroundings() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return {
    quick: options.quick,
    at: new Date().toISOString().slice(0, 10),
    version,
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGib: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
  };
}
