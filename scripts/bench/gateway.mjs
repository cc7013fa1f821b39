// What the gateway adds to a call of a tool, beside the same call without it, and to the start of a run. The tool, the router and the
// provider are a process each, on this machine, without TLS; one run, everything interleaved.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell, quantile } from './measure.mjs';
import { rounds, row } from './rows.mjs';

const CALLS = rounds(1000, 50);
const ROUNDS = rounds(20, 2);
const PER_ROUND = rounds(3, 1);
/** The most that a small call may take longer; a large one is read whole before it is sent on. */
const MOST_ADDED_MS = { small: 0.5, large: undefined };
const SIZES = { small: ['100 bytes', 100], large: ['100 kB', 100_000] };
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const provider = fork(path.join(root, 'scripts/bench/provider.mjs'), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const [{ port }] = await once(provider, 'message');
const base = `http://127.0.0.1:${port}/v1`;
const router = spawn(process.execPath, ['scripts/run.mjs', 'scripts/bench/gateway-work.ts', base], {
  cwd: root,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [line] = await once(router.stdout, 'data');
const ways = { direct: base, gateway: String(line).trim() };
const agent = new Agent({ keepAlive: true });

/** Milliseconds until the first byte of an answer, and until its end. */
function call(url, size) {
  const body = JSON.stringify({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'x'.repeat(size) }],
  });
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/chat/completions`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    asked.on('error', reject).on('response', (response) => {
      let first = 0;
      response.on('data', () => {
        first ||= performance.now() - start;
      });
      response.on('end', () => resolve([first, performance.now() - start]));
    });
    asked.end(body);
  });
}

/** Calls of one size, directly and through the gateway in turns. */
async function benchCalls(id, [name, size]) {
  const times = { direct: [], gateway: [] };
  for (let n = 0; n < CALLS; n++)
    // Each goes first as often as the other.
    for (const way of n % 2 === 0 ? ['direct', 'gateway'] : ['gateway', 'direct']) {
      const took = await call(ways[way], size);
      if (n >= CALLS / 10) times[way].push(took);
    }
  for (const [part, index] of Object.entries({ first: 0, end: 1 })) {
    const [ours, theirs] = [times.gateway, times.direct].map((list) => list.map((one) => one[index]));
    const what = `a call of ${name}, ${part === 'first' ? 'first byte' : 'whole answer'}`;
    const p95 = { ours: quantile(ours, 0.95), theirs: quantile(theirs, 0.95) };
    const common = { unit: 'ms', beside: 'direct' };
    row({ id: `${id}.${part}.p50`, title: `${what}, p50`, ...common, ours, theirs });
    row({ id: `${id}.${part}.p95`, title: `${what}, p95`, ...common, ...p95 });
    const added = quantile(ours, 0.5) - quantile(theirs, 0.5);
    row({
      id: `${id}.${part}.added`,
      title: `${what}, added at p50`,
      unit: 'ms',
      ours: added,
      limit: MOST_ADDED_MS[id],
    });
  }
}

/** `exec` of a tool that calls nothing. */
function benchStart() {
  const tool = path.join(folder, 'tool.sh');
  writeFileSync(tool, '#!/bin/sh\necho done\n');
  chmodSync(tool, 0o755);
  const starts = { off: { wall: [], cpu: [] }, always: { wall: [], cpu: [] } };
  for (const mode of Object.keys(starts))
    writeFileSync(
      path.join(folder, `${mode}.yaml`),
      JSON.stringify({
        version: 1,
        agents: { me: { preferred_tool: 't' } },
        policies: { default: { gateway: mode } },
        tools: {
          t: {
            binary: tool,
            args: [],
            billing: 'api',
            gateway: { api: 'openai-chat', base_url: base, env: { URL: '{gateway_url}' } },
          },
        },
      }),
    );
  const command = (mode) =>
    `node bin/llm-router.cjs exec --config ${path.join(folder, `${mode}.yaml`)} -a me --no-stdin hi`;
  for (let round = 0; round < ROUNDS; round++)
    for (const [mode, times] of Object.entries(starts)) {
      const { wall, cpu } = measureShell(command(mode), PER_ROUND, { cwd: root, env: homeIn(folder) });
      times.wall.push(wall);
      times.cpu.push(cpu);
    }
  const [title, beside] = ['`exec` with a gateway that no call uses', 'without a gateway'];
  for (const [kind, unit] of Object.entries({ cpu: 'ms CPU', wall: 'ms' })) {
    const [ours, theirs] = [starts.always[kind], starts.off[kind]];
    row({ id: `exec.${kind}`, title, unit, ours, beside, theirs });
  }
}

/** CPU of the process that holds the gateway. */
async function benchProcessor() {
  router.stdin.end();
  const [spent] = await once(router.stdout, 'data');
  const calls = Object.keys(SIZES).length * CALLS;
  row({ id: 'cpu', title: 'a call, in the router', unit: 'ms CPU', ours: Number(spent) / calls });
}

try {
  for (const [id, size] of Object.entries(SIZES)) await benchCalls(id, size);
  benchStart();
  await benchProcessor();
} finally {
  router.stdin.end();
  provider.kill();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
