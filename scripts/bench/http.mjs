// What the router adds to a call of a provider, against one on this machine: whole commands beside curl and a bare script, calls of
// the library beside bare got and fetch, and how many pieces of a stream a second get through. One run, everything interleaved.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { homeIn, quantile } from './measure.mjs';

const ROUNDS = 15;
const CALLS = 400;
const PIECES = 50_000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const provider = fork(path.join(root, 'scripts/bench/provider.mjs'), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const [{ port }] = await once(provider, 'message');
const base = `http://127.0.0.1:${port}/v1`;
const config = path.join(folder, 'bench.yaml');
writeFileSync(
  config,
  `version: 1
agents: { me: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${base}', models: [m, '*'], billing: free } }
`,
);
const bare = path.join(folder, 'bare.cjs');
writeFileSync(
  bare,
  `const http = require('node:http');
const request = http.request('${base}/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' } }, (r) => r.pipe(process.stdout));
request.end(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], stream: true }));
`,
);
const env = homeIn(folder);

const node = process.execPath;
const body = '{"model":"m","messages":[{"role":"user","content":"hello"}],"stream":true}';
const commands = {
  'node -e 0': [node, '-e', '0'],
  curl: ['curl', '-sN', '-H', 'content-type: application/json', '-d', body, `${base}/chat/completions`],
  'bare node script': [node, bare],
  exec: [node, path.join(root, 'bin/llm-router.cjs'), 'exec', '--config', config, '-a', 'me', 'hello'],
};

function has(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const say = (line) => process.stdout.write(`${line}\n`);

function benchCommands() {
  if (!has('curl')) delete commands.curl;
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [file, ...args]] of Object.entries(commands)) {
      const start = performance.now();
      execFileSync(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      times[name].push(performance.now() - start);
    }
  }
  const floor = quantile(times['node -e 0'], 0.5);
  say(`whole commands, medians of ${ROUNDS}`);
  for (const [name, values] of Object.entries(times)) {
    const median = quantile(values, 0.5);
    say(`  ${name.padEnd(18)} ${median.toFixed(1).padStart(7)} ms  (${(median / floor).toFixed(2)} x)`);
  }
}

async function benchCalls() {
  const { waysOf } = await runScript('scripts/bench/http-ways.ts');
  const ways = await waysOf({ base, config });
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let call = 0; call < CALLS + 50; call++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way('m');
      if (call >= 50) times[name].push(performance.now() - start);
    }
  }
  say(`calls of an answer in 5 pieces, one after another, ${CALLS} each`);
  for (const [name, values] of Object.entries(times)) {
    const [p50, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
    say(`  ${name.padEnd(18)} p50 ${p50.toFixed(2)} ms   p95 ${p95.toFixed(2)} ms`);
  }
  say(`pieces of a stream a second, ${PIECES} in one answer, best of 3`);
  for (const [name, way] of Object.entries(ways)) {
    const rates = [];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await way(`stream-${PIECES}`);
      rates.push((PIECES * 1000) / (performance.now() - start));
    }
    say(`  ${name.padEnd(18)} ${Math.round(Math.max(...rates)).toLocaleString('en')}`);
  }
}

try {
  say(`node ${process.versions.node}`);
  benchCommands();
  await benchCalls();
} finally {
  provider.kill();
  rmSync(folder, { recursive: true, force: true });
}
