// What `serve` adds to a call of a provider, beside a minimal proxy of Node and another gateway, against one provider on this machine:
// requests a second, time added to each, time to the first text of a stream, memory. One run, everything interleaved.
//   node scripts/bench/serve.mjs [--seconds 3] [--rounds 3] [--warm-up 5] [--only NAME,...] [--connections 1,50,500]
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { env, homeIn, median } from './measure.mjs';
import { installed, PEERS } from './packages.mjs';
import { missing, row, used } from './rows.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    connections: { type: 'string', default: '1,50,500' },
  },
});
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const say = (line) => process.stdout.write(`${line}\n`);
const started = [];

const forked = (file, args = [], more = {}) => {
  const child = fork(path.join(root, 'scripts/bench', file), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env,
    ...more,
  });
  started.push(child);
  return child;
};

const provider = forked('provider.mjs');
const [{ port: upstream }] = await once(provider, 'message');

const json = { 'content-type': 'application/json' };
const bodyFor = (model, stream) =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], stream });

/** Each way: its name, how it is started (resolves with its port and process), and what is sent. */
const WAYS = {
  direct: { start: async () => ({ port: upstream, pid: null }), path: '/v1/chat/completions', headers: json },
  'node proxy': { start: startProxy, isOther: true, path: '/v1/chat/completions', headers: json },
  // Its version here answers a stream with 500 on Node 20 (`TypeError: immutable`).
  portkey: {
    isOther: true,
    start: startPortkey,
    noStreams: true,
    path: '/v1/chat/completions',
    headers: {
      ...json,
      authorization: 'Bearer none',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstream}/v1`,
    },
  },
  serve: { start: () => startServe('serve', ''), path: '/v1/chat/completions', headers: json, model: 'me' },
  'serve without traces': {
    start: () => startServe('bare', 'traces: { enabled: false }\n'),
    path: '/v1/chat/completions',
    headers: json,
    model: 'me',
  },
};

async function startProxy() {
  const child = forked('proxy.mjs', [String(upstream)]);
  const [{ port }] = await once(child, 'message');
  return { port, pid: child.pid };
}

async function startPortkey() {
  const found = installed(PEERS.portkey);
  if ('why' in found) return found;
  used('portkey', found.version);
  const port = 4300 + Math.floor(Math.random() * 500);
  const file = path.join(found.folder, 'build/start-server.js');
  const child = spawn(process.execPath, [file, `--port=${port}`, '--headless'], {
    cwd: found.folder,
    env,
    stdio: 'ignore',
  });
  started.push(child);
  return { port, pid: child.pid };
}

async function startServe(name, more) {
  const home = path.join(folder, name);
  mkdirSync(home);
  const config = path.join(home, 'bench.yaml');
  writeFileSync(
    config,
    `version: 1
agents: { me: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-chat, base_url: 'http://127.0.0.1:${upstream}/v1', models: [m], billing: free } }
${more}`,
  );
  const file = path.join(root, 'bin/llm-router.cjs');
  const child = spawn(process.execPath, [file, 'serve', '--config', config, '--port', '0'], {
    env: homeIn(home),
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let text = '';
  for await (const chunk of child.stderr) {
    text += chunk;
    const port = /listening on \S+:(\d+)/.exec(text)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return { port: Number(port), pid: child.pid };
  }
  throw new Error(`serve did not start: ${text}`);
}

/** Milliseconds of CPU that a process has used. */
function cpuOf(pid) {
  if (pid === null) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory, MiB. */
function memoryOf(pid) {
  if (pid === null) return null;
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

async function send(order) {
  const child = forked('load.mjs');
  await once(child, 'message');
  child.send(order);
  const [result] = await once(child, 'message');
  child.kill();
  return result;
}

async function main() {
  const wanted = options.only === '' ? Object.keys(WAYS) : options.only.split(',');
  const ways = {};
  for (const name of wanted) {
    const way = { ...WAYS[name], ...(await WAYS[name].start()) };
    if ('why' in way) missing(name, way.why);
    else ways[name] = way;
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const ms = Number(options.seconds) * 1000;
  const warmUpMs = Number(options['warm-up']) * 1000;
  for (const connections of options.connections.split(',').map(Number)) {
    const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round <= Number(options.rounds); round++) {
      for (const [name, way] of Object.entries(ways)) {
        const { port, path: target, headers, model = 'm', pid, noStreams = false } = way;
        const order = { port, path: target, headers, connections, ms: round === 0 ? warmUpMs : ms };
        const before = cpuOf(pid);
        const whole = await send({ ...order, body: bodyFor(model, false) });
        const cpu = (cpuOf(pid) - before) / (whole.perSecond * (order.ms / 1000));
        const live = noStreams ? null : await send({ ...order, body: bodyFor(model, true) });
        // The first round warms up.
        if (round > 0) results[name].push({ ...whole, cpu, live, memory: memoryOf(pid) });
      }
    }
    if (process.send === undefined) print(connections, results);
    else give(connections, results);
  }
}

/** The rows of `serve` for so many connections: beside no proxy at all, and beside each other one. */
function give(connections, results) {
  const many = `${connections} connection${connections === 1 ? '' : 's'}`;
  const compare = (id, title, { unit, beside, read }) => {
    const [ours, theirs] = [results.serve, results[beside]].map((list) => list.map(read));
    row({ id: `c${connections}.${id}`, title: `${title}, ${many}`, unit, ours, beside, theirs });
  };
  const whole = (share) => ({ unit: 'ms', beside: 'direct', read: (one) => one.whole[share] });
  for (const share of ['p50', 'p99']) compare(share, `a request, ${share}`, whole(share));
  const first = { unit: 'ms', beside: 'direct', read: (one) => one.live.first.p50 };
  compare('first', 'the first text of a stream, p50', first);
  for (const beside of Object.keys(results).filter((name) => WAYS[name].isOther === true)) {
    const id = beside.replaceAll(' ', '-');
    compare(`rate.${id}`, 'requests', { unit: 'a second', beside, read: (one) => one.perSecond });
    compare(`cpu.${id}`, 'a request', { unit: 'ms CPU', beside, read: (one) => one.cpu });
  }
  const ours = results.serve.map((one) => one.memory);
  row({ id: `c${connections}.memory`, title: `resident memory, ${many}`, unit: 'MiB', ours });
  const failed = results.serve.reduce((sum, one) => sum + one.failed + one.live.failed, 0);
  row({ id: `c${connections}.failed`, title: `failed requests, ${many}`, unit: '', ours: failed, limit: 0 });
}

function print(connections, results) {
  say(
    `\n${connections} connection${connections === 1 ? '' : 's'}, medians of ${options.rounds} rounds of ${options.seconds} s`,
  );
  const of = (name, read) => median(results[name].map(read));
  const base = (read) => ('direct' in results ? of('direct', read) : 0);
  const head = [
    '',
    'requests/s',
    'added ms p50',
    'p95',
    'p99',
    'CPU ms',
    'streams/s',
    'first text added p50',
    'p95',
    'MiB',
    'failed',
  ];
  const rows = Object.keys(results).map((name) => {
    const added = (read) => (of(name, read) - base(read)).toFixed(2);
    const memory = of(name, (one) => one.memory ?? 0);
    return [
      name,
      of(name, (one) => one.perSecond).toFixed(0),
      ...['p50', 'p95', 'p99'].map((share) => added((one) => one.whole[share])),
      of(name, (one) => one.cpu).toFixed(2),
      ...(results[name][0]?.live === null
        ? ['-', '-', '-']
        : [
            of(name, (one) => one.live.perSecond).toFixed(0),
            ...['p50', 'p95'].map((share) => added((one) => one.live.first[share])),
          ]),
      memory === 0 ? '-' : memory.toFixed(0),
      String(results[name].reduce((sum, one) => sum + one.failed + (one.live?.failed ?? 0), 0)),
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  for (const row of [head, ...rows])
    say(
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')}`,
    );
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
