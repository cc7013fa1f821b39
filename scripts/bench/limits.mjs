// What the limits of a tool cost in time: a slot taken, begun and released by one and by sixteen processes on one file, a poll of a run that
// waits in a queue of sixteen, how fast a slot goes from one to the next, and what limits add to `exec`. Ratios count, not times.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { homeIn, outputOf, quantile, timed } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TURNS = rounds(1600, 160);
const RUNS = rounds(20, 2);
const { openLedger } = await runScript('scripts/bench/ledger-work.ts');

/** As many starts are read as an hour of `requests_per_hour: 500` needs. */
const STARTS = 500;
const ADMIT = { is: 'admitted' };
const WAIT = { is: 'waiting', ahead: 0, opensAtMs: null };

const [, , what, file, count] = process.argv;
if (what === 'take') await work(file, Number(count), take);
else if (what === 'look') await work(file, Number(count), look);
else await measureAll();

async function measureAll() {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
  try {
    for (const [job, name] of Object.entries({
      take: 'take, begin and release a slot',
      look: 'a poll of a waiting run',
    })) {
      for (const processes of [1, 16])
        await concurrent(path.join(folder, `${job}-${processes}.db`), { job, name, processes });
    }
    await turns(folder);
    starts(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same thing as often as a worker is told; its times go to the parent. */
async function work(file, count, once) {
  const ledger = await opened(file);
  const times = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await once(ledger.slots, n);
    times.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify(times));
}

async function opened(file) {
  const ledger = await openLedger({ file, now: Date.now });
  if (!ledger.ok) throw new Error(ledger.error.message);
  return ledger.value;
}

function asking(id, decide) {
  return { id, tool: 'bot', inherited: [], starts: STARTS, decide };
}

async function take(slots, n) {
  const id = `${process.pid}-${n}`;
  await slots.take(asking(id, () => ADMIT));
  await slots.begin(id);
  await slots.leave(id);
}

async function look(slots) {
  await slots.take(asking(`${process.pid}`, () => WAIT));
}

async function concurrent(file, { job, name, processes }) {
  (await opened(file)).close();
  const each = Math.ceil(TURNS / processes);
  const times = (
    await Promise.all(Array.from({ length: processes }, () => worker([job, file, String(each)])))
  ).flat();
  const title = `${name}, ${processes} process${processes === 1 ? '' : 'es at once'}`;
  const [id, unit] = [`${job}.${processes}`, 'ms'];
  row({ id: `${id}.p50`, title: `${title}, p50`, unit, ours: times });
  row({ id: `${id}.p99`, title: `${title}, p99`, unit, ours: quantile(times, 0.99) });
}

async function worker(args) {
  return JSON.parse(await outputOf([fileURLToPath(import.meta.url), ...args]));
}

/** Sixteen `exec` at once on one slot: from the end of one tool to the start of the next. */
async function turns(folder) {
  const config = path.join(folder, 'turns.yaml');
  const tool = 'bot: { kind: mock, responses: [{ text: x, delay: 200ms }], concurrency: 1 }';
  writeFileSync(config, `version: 1\nagents: { me: { preferred_tool: bot } }\ntools: { ${tool} }\n`);
  const runs = await Promise.all(
    Array.from({ length: 16 }, () =>
      outputOf([...execOf(config), '--format', 'ndjson', '--quiet', 'hello'], homeIn(folder)),
    ),
  );
  const times = (type) =>
    runs.flatMap((text) =>
      text
        .split('\n')
        .filter((line) => line.includes(`"${type}"`))
        .map((line) => Date.parse(JSON.parse(line).ts)),
    );
  const [started, ended] = [times('attempt.started').sort(), times('attempt.finished').sort()];
  const gaps = started.slice(1).map((start, index) => start - ended[index]);
  const title = '16 `exec` on one slot, from the end of one to the start of the next';
  row({ id: 'turns.p50', title: `${title}, p50`, unit: 'ms', ours: gaps });
  row({ id: 'turns.most', title: `${title}, most`, unit: 'ms', ours: quantile(gaps, 1) });
}

function execOf(config) {
  return [`${root}/bin/llm-router.cjs`, 'exec', '--config', config, '-a', 'me'];
}

/** `exec` with a no-op tool, with and without limits, interleaved. */
function starts(folder) {
  const limits = ', concurrency: 100, rate_limit: { requests_per_minute: 100000 }';
  const config = (more) =>
    `version: 1\nagents: { me: { preferred_tool: noop } }\ntools: { noop: { binary: cat, args: []${more} } }\n`;
  const configs = { without: config(''), with: config(limits) };
  for (const [name, text] of Object.entries(configs)) writeFileSync(path.join(folder, `${name}.yaml`), text);
  const times = { without: [], with: [] };
  for (let round = 0; round < RUNS; round++) {
    for (const name of Object.keys(configs))
      times[name].push(timed([...execOf(path.join(folder, `${name}.yaml`)), '--json', 'hello'], folder));
  }
  const [title, beside] = ['`exec` of a tool with limits', 'without limits'];
  row({ id: 'exec', title, unit: 'ms', ours: times.with, beside, theirs: times.without });
}
