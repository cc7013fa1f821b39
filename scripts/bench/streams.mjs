// What the router adds to a stream: latency of each chunk, plain text and events through it beside `cat`, its memory, and the time
// from the end of a tool to its own. Everything in one run; ratios count, not times.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, quantile } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const MIB = 1024 ** 2;
const TEXT_BYTES = Number(process.env.BENCH_BYTES ?? rounds(1024, 16) * MIB);
const EVENT_BYTES = TEXT_BYTES / 8;
const CHUNKS = rounds(300, 30);
const ROUNDS = rounds(5, 1);
const ENDS = rounds(20, 2);

/** What is aimed at. */
const MOST_TEXT = 3;
const LEAST_EVENTS = 50;
const MOST_END_MS = 8;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const at = (name) => path.join(folder, name);
const env = homeIn(folder);

/** Runs a program and hands over what it prints, with the time at which each piece came. */
function run(argv, { onChunk = () => {}, more = {} } = {}) {
  const start = performance.now();
  const child = spawn(argv[0], argv.slice(1), {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let bytes = 0;
  child.stdout.on('data', (chunk) => {
    bytes += chunk.length;
    onChunk(chunk, performance.timeOrigin + performance.now());
  });
  return new Promise((resolve) =>
    child.on('close', () =>
      resolve({ bytes, ms: performance.now() - start, endedAt: performance.timeOrigin + performance.now() }),
    ),
  );
}

function router(tool, ...options) {
  return [
    process.execPath,
    path.join(root, 'bin/llm-router.cjs'),
    'exec',
    '--config',
    at('bench.yaml'),
    '--tool',
    tool,
    ...options,
    'x',
  ];
}

function program(name, text) {
  writeFileSync(at(name), text);
  chmodSync(at(name), 0o755);
}

function prepare() {
  const line = 'The quick brown fox jumps over the lazy dog, and says so: naïve café, 10 €.\n';
  const event = `${JSON.stringify({ type: 'text', text: 'ten words of an answer, as agents write them down ' })}\n`;
  writeFileSync(at('text'), line.repeat(Math.ceil(TEXT_BYTES / 16 / Buffer.byteLength(line))));
  writeFileSync(at('events'), event.repeat(Math.ceil(EVENT_BYTES / 16 / event.length)));
  const sixteen = (name) => Array.from({ length: 16 }, () => at(name)).join(' ');
  program('prints-text', `#!/bin/sh\nexec cat ${sixteen('text')}\n`);
  program('prints-events', `#!/bin/sh\ncat ${sixteen('events')}\necho '{"type":"end"}'\n`);
  const body = `let n = 0; const t = setInterval(() => { process.stdout.write((performance.timeOrigin + performance.now()) + '\\n'); if (++n === ${CHUNKS}) clearInterval(t); }, 5);`;
  program('drips', `#!${process.execPath}\n${body}\n`);
  program(
    'ends',
    `#!${process.execPath}\nprocess.stdout.write(String(performance.timeOrigin + performance.now()));\n`,
  );
  const memory =
    "if (process.argv[1]?.endsWith('llm-router.cjs')) process.on('exit', () => require('fs').writeFileSync(process.env.PEAK, /VmHWM:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'));";
  writeFileSync(at('memory.cjs'), memory);
  const tool = (name, more = '') =>
    `  ${name}: { binary: ${at(name)}, args: [], billing: free, max_output: 64GiB${more} }\n`;
  const events =
    ', output: { format: ndjson, text: { pointer: /text }, deltas: { pointer: /text }, end: { /type: end } }';
  writeFileSync(
    at('bench.yaml'),
    `version: 1\nagents: { me: { preferred_tool: drips } }\ntools:\n${tool('prints-text')}${tool('prints-events', events)}${tool('drips')}${tool('ends')}`,
  );
}

async function throughput(name, argv) {
  const [alone, through] = [[], []];
  let peak = 0;
  for (let round = 0; round < ROUNDS; round++) {
    alone.push((await run(['/bin/sh', '-c', `${at(name)} | cat`])).ms);
    const result = await run(argv, {
      more: { NODE_OPTIONS: `--require ${at('memory.cjs')}`, PEAK: at('peak') },
    });
    through.push(result.ms);
    if (process.platform === 'linux') peak = Math.max(peak, Number(readFileSync(at('peak'), 'utf8')) / 1024);
  }
  return { alone, through, peak };
}

/** Times of arrival less those that the tool wrote down. */
async function delays(argv) {
  const late = [];
  let rest = '';
  await run(argv, {
    onChunk: (chunk, now) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) late.push(now - Number(line));
    },
  });
  return late;
}

/** Milliseconds from the last output of a tool until the process that was started has ended. */
async function untilTheEnd(argv) {
  let said = '';
  const { endedAt } = await run(argv, { onChunk: (chunk) => (said += chunk) });
  return endedAt - Number(said);
}

async function benchChunks() {
  const [theirs, ours] = [await delays([at('drips')]), await delays(router('drips', '--stream'))];
  for (const [id, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ]) {
    const [title, beside] = [`a chunk of live text, ${id}`, 'the tool alone'];
    const figures = { ours: quantile(ours, share), theirs: quantile(theirs, share) };
    row({ id: `chunk.${id}`, title, unit: 'ms', beside, ...figures });
  }
}

async function benchSize({ id, title, program: name, file, ...aims }) {
  const { alone, through, peak } = await throughput(name, router(name, '--stream'));
  const mib = (16 * statSync(at(file)).size) / MIB;
  const seconds = through.map((ms) => ms / 1000);
  const whole = `${mib.toFixed(0)} MiB of ${title}`;
  const [ours, theirs] = [seconds, alone.map((ms) => ms / 1000)];
  row({ id, title: whole, unit: 's', ours, beside: '`cat`', theirs, most: aims.most });
  row({ id: `${id}.rate`, title, unit: 'MiB/s', ours: seconds.map((each) => mib / each), least: aims.least });
  if (process.platform === 'linux')
    row({ id: `${id}.memory`, title: `${whole}, peak memory`, unit: 'MiB', ours: peak });
}

async function benchEnd() {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ENDS; round++) {
    ours.push(await untilTheEnd(router('ends', '--no-stream')));
    theirs.push(await untilTheEnd([at('ends')]));
  }
  const [title, beside] = ['from the last output of a tool to our end', 'to the end of the tool'];
  row({ id: 'end', title, unit: 'ms', ours, beside, theirs, limit: MOST_END_MS });
}

try {
  prepare();
  await benchChunks();
  await benchSize({ id: 'text', title: 'plain text', program: 'prints-text', file: 'text', most: MOST_TEXT });
  await benchSize({
    id: 'events',
    title: 'events',
    program: 'prints-events',
    file: 'events',
    least: LEAST_EVENTS,
  });
  await benchEnd();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
