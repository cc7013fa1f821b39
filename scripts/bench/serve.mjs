// What `serve` adds to a call of a provider, beside a minimal proxy of Node and other gateways, against one provider on this machine: time
// added to a request and to the first text of a stream, requests a second, CPU, memory. One run: every server is warmed up by some hundreds
// of requests, then they take turns.
//   node scripts/bench/serve.mjs [--seconds 3] [--rounds 5] [--warm-up 1000] [--only NAME,...] [--connections 1,50,500]
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { missing, row } from './rows.mjs';
import { forked, waysTo } from './serve-ways.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    // Requests of each kind to each server before anything is measured.
    'warm-up': { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    connections: { type: 'string', default: '1,50,500' },
  },
});
const MS = Number(options.seconds) * 1000;
const ROUNDS = Number(options.rounds);
const WARM_UP = Number(options['warm-up']);
/** A server that is too slow for the whole warm-up has had its chance after this, ms. */
const WARM_UP_LIMIT_MS = 30_000;
const WARM_UP_CONNECTIONS = 8;
/** Requests before each turn, and the longest time for them, ms. */
const AGAIN = Math.min(300, WARM_UP);
const AGAIN_LIMIT_MS = 5000;
const RATE = 3;
const ADDED_MS = 0.5;
const ADDED_FIRST_MS = 5;
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const started = [];

/** Those that can be started here, by their names. */
async function startAll(all) {
  const wanted = options.only === '' ? Object.keys(all) : options.only.split(',');
  const ways = {};
  for (const name of wanted) {
    const begun = await all[name].start();
    if ('why' in begun) for (const c of CONNECTIONS) missing(`c${c}.rate.${idOf(name)}`, begun.why);
    else {
      if (begun.child !== null) started.push(begun.child);
      ways[name] = { ...all[name], ...begun };
    }
  }
  return ways;
}

const CONNECTIONS = options.connections.split(',').map(Number);

async function send({ port, path: target, headers, body }, { stream, ...order }) {
  const child = forked('load.mjs');
  await once(child, 'message');
  child.send({ port, path: target, headers, body: body(stream), ...order });
  const [result] = await once(child, 'message');
  child.kill();
  return result;
}

async function warmUp(name, way) {
  for (const stream of [false, true]) {
    const order = { stream, connections: WARM_UP_CONNECTIONS, ms: WARM_UP_LIMIT_MS, most: WARM_UP };
    const { status, failed } = await send(way, order);
    if (failed > 0)
      throw new Error(`${name} answers with ${JSON.stringify(status)} where a stream is ${stream}`);
  }
}

/** One turn of a server: whole answers, then streams. A server that had nothing to do while the others had their turns is cold again. */
async function turn(way, connections) {
  await send(way, { stream: false, connections, ms: AGAIN_LIMIT_MS, most: AGAIN });
  const before = cpuOf(way.child);
  const whole = await send(way, { stream: false, connections, ms: MS });
  const cpu = (cpuOf(way.child) - before) / whole.count;
  const live = await send(way, { stream: true, connections, ms: MS });
  return { whole, cpu, live, memory: memoryOf(way.child), failed: whole.failed + live.failed };
}

async function measure(ways, connections) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const order = Object.entries(ways);
    if (round % 2 === 1) order.reverse();
    for (const [name, way] of order) results[name].push(await turn(way, connections));
  }
  return results;
}

/** The rows for so many connections. What is added is the time less that of a direct call in the same round. */
function give(ways, { connections, results }) {
  const many = `${connections} connection${connections === 1 ? '' : 's'}`;
  const others = Object.keys(results).filter((name) => ways[name].isOther === true);
  const added = (name, read) => results[name].map((one, round) => read(one) - read(results.direct[round]));
  const beside = others.includes('portkey') ? 'portkey' : others[0];
  const isAlone = connections === 1;
  for (const [id, title, part, limits] of [
    ['added', 'added to a request', (one) => one.whole.whole, { p50: ADDED_MS }],
    ['first', 'added to the first text of a stream', (one) => one.live.first, { p95: ADDED_FIRST_MS }],
  ])
    for (const share of ['p50', 'p95', 'p99']) {
      const read = (one) => part(one)[share];
      row({
        id: `c${connections}.${id}.${share}`,
        title: `${title}, ${share}, ${many}`,
        unit: 'ms',
        ours: added('serve', read),
        ...(beside === undefined ? {} : { beside, theirs: added(beside, read) }),
        ...(isAlone && limits[share] !== undefined ? { limit: limits[share] } : {}),
      });
    }
  for (const other of others) {
    const compare = (id, title, { unit, read, ...more }) => {
      const [ours, theirs] = [results.serve, results[other]].map((list) => list.map(read));
      row({
        id: `c${connections}.${id}.${idOf(other)}`,
        title: `${title}, ${many}`,
        unit,
        ours,
        beside: other,
        theirs,
        ...more,
      });
    };
    const aim = other === 'portkey' && connections <= 50 ? { leastRatio: RATE } : {};
    compare('rate', 'requests', { unit: 'a second', read: (one) => one.whole.perSecond, ...aim });
    compare('streams', 'streams', { unit: 'a second', read: (one) => one.live.perSecond });
    compare('cpu', 'a request', { unit: 'ms CPU', read: (one) => one.cpu });
    compare('memory', 'resident memory', { unit: 'MiB', read: (one) => one.memory });
  }
  const failed = results.serve.reduce((sum, one) => sum + one.failed, 0);
  row({ id: `c${connections}.failed`, title: `failed requests, ${many}`, unit: '', ours: failed, limit: 0 });
}

function idOf(name) {
  return name.replaceAll(' ', '-');
}

/** Milliseconds of CPU that a process has used. */
function cpuOf(child) {
  if (child === null) return 0;
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory, MiB. */
function memoryOf(child) {
  if (child === null) return 0;
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

async function main() {
  if (process.platform !== 'linux')
    return missing('', 'CPU and memory of other processes are read from /proc');
  const provider = forked('provider.mjs');
  started.push(provider);
  const [{ port: upstream }] = await once(provider, 'message');
  const ways = await startAll(waysTo({ folder, upstream }));
  for (const [name, way] of Object.entries(ways)) await warmUp(name, way);
  for (const connections of CONNECTIONS)
    give(ways, { connections, results: await measure(ways, connections) });
}

try {
  await main();
} finally {
  for (const child of started) child.kill();
  await Promise.all(
    started.map((child) =>
      child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null,
    ),
  );
  rmSync(folder, { recursive: true, force: true });
}
