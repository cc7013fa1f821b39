// What the gateway adds to a call of a tool, beside the same call without it, and to the start of a run. The tool, the router and the
// provider are a process each, on this machine, without TLS; one run, everything interleaved.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell, median, quantile } from './measure.mjs';

const CALLS = 1000;
const ROUNDS = 8;
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

const say = (text) => process.stdout.write(`${text}\n`);
const shown = (ms) => ms.toFixed(2).padStart(7);

try {
  say('a call in ms              first p50     p95  end p50     p95');
  for (const [name, size] of [
    ['100 bytes', 100],
    ['100 kB', 100_000],
  ]) {
    const times = { direct: [], gateway: [] };
    for (let n = 0; n < CALLS; n++)
      for (const way of Object.keys(ways)) {
        const took = await call(ways[way], size);
        if (n >= CALLS / 10) times[way].push(took);
      }
    for (const [way, list] of Object.entries(times)) {
      const [first, end] = [0, 1].map((index) => list.map((one) => one[index]));
      const figures = [first, end].flatMap((all) => [quantile(all, 0.5), quantile(all, 0.95)]);
      say(`${name.padEnd(10)} ${way.padEnd(12)} ${figures.map(shown).join(' ')}`);
    }
  }
  say('\n`exec` of a tool that calls nothing, ms');
  const tool = path.join(folder, 'tool.sh');
  writeFileSync(tool, '#!/bin/sh\necho done\n');
  chmodSync(tool, 0o755);
  const starts = { off: [], always: [] };
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
    for (const [mode, list] of Object.entries(starts))
      list.push(measureShell(command(mode), 3, { cwd: root, env: homeIn(folder) }));
  for (const [mode, list] of Object.entries(starts)) {
    const [wall, cpu] = ['wall', 'cpu'].map((of) => median(list.map((one) => one[of])));
    say(`gateway ${mode.padEnd(8)} wall ${shown(wall)}  CPU ${shown(cpu)}`);
  }
  router.stdin.end();
  const [used] = await once(router.stdout, 'data');
  say(`\nCPU of the router for each call: ${(Number(used) / (2 * CALLS)).toFixed(2)} ms`);
} finally {
  router.stdin.end();
  provider.kill();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
