// What the router adds to a stream: latency of each chunk, plain text and events through it beside `cat`, its memory, and the time
// from the end of a tool to its own. Everything in one run; ratios count, not times.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, median, quantile } from './measure.mjs';

const MIB = 1024 ** 2;
const TEXT_BYTES = Number(process.env.BENCH_BYTES ?? 1024 * MIB);
const EVENT_BYTES = TEXT_BYTES / 8;
const CHUNKS = 300;
const ROUNDS = 3;

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
  return { alone: median(alone), through: median(through), peak };
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

async function untilOurEnd() {
  const times = [];
  for (let round = 0; round < 15; round++) {
    let said = '';
    const { endedAt } = await run(router('ends', '--no-stream'), { onChunk: (chunk) => (said += chunk) });
    times.push(endedAt - Number(said));
  }
  const direct = [];
  for (let round = 0; round < 15; round++) {
    let said = '';
    const { endedAt } = await run([at('ends')], { onChunk: (chunk) => (said += chunk) });
    direct.push(endedAt - Number(said));
  }
  return { through: median(times), direct: median(direct) };
}

try {
  prepare();
  const say = (text) => process.stdout.write(`${text}\n`);
  say(`node ${process.versions.node}`);
  const [direct, through] = [await delays([at('drips')]), await delays(router('drips', '--stream'))];
  say(
    `chunk latency, direct     p50 ${quantile(direct, 0.5).toFixed(2)} ms  p99 ${quantile(direct, 0.99).toFixed(2)} ms`,
  );
  say(
    `chunk latency, through us p50 ${quantile(through, 0.5).toFixed(2)} ms  p99 ${quantile(through, 0.99).toFixed(2)} ms`,
  );
  const text = await throughput('prints-text', router('prints-text', '--stream'));
  const textMib = (16 * statSync(at('text')).size) / MIB;
  say(
    `${textMib.toFixed(0)} MiB of text: ${(text.through / text.alone).toFixed(1)} x \`| cat\`, ${(textMib / (text.through / 1000)).toFixed(0)} MiB/s, peak ${text.peak.toFixed(0)} MiB`,
  );
  const events = await throughput('prints-events', router('prints-events', '--stream'));
  const eventMib = (16 * statSync(at('events')).size) / MIB;
  say(
    `${eventMib.toFixed(0)} MiB of events: ${(events.through / events.alone).toFixed(1)} x \`| cat\`, ${(eventMib / (events.through / 1000)).toFixed(0)} MiB/s, peak ${events.peak.toFixed(0)} MiB`,
  );
  const end = await untilOurEnd();
  say(
    `from the last word of a tool to the end: direct ${end.direct.toFixed(1)} ms, through us ${end.through.toFixed(1)} ms`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
