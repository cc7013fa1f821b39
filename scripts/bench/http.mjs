// What the router adds to a call of a provider, against one on this machine: whole commands beside curl and a bare script, calls of
// the library beside bare got and fetch, and how many pieces of a stream a second get through. One run, everything interleaved.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { homeIn } from './measure.mjs';
import { missing, rounds, row } from './rows.mjs';

const ROUNDS = rounds(20, 2);
const CALLS = rounds(400, 20);
const PIECES = rounds(50_000, 5_000);
const STREAMS = 5;

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
  const besides = { node: 'node -e 0', script: 'bare node script', curl: 'curl' };
  for (const [id, name] of Object.entries(besides)) {
    const [beside, title] = [name.startsWith('node') ? `\`${name}\`` : name, '`exec` of a provider API'];
    if (name in times)
      row({ id: `exec.${id}`, title, unit: 'ms', ours: times.exec, beside, theirs: times[name] });
    else missing(`exec.${id}`, `${name} is not installed`);
  }
}

async function benchCalls() {
  const { waysOf } = await runScript('scripts/bench/http-ways.ts');
  const ways = await waysOf({ base, config });
  const [ours, ...others] = Object.keys(ways);
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let call = 0; call < CALLS + 50; call++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way('m');
      if (call >= 50) times[name].push(performance.now() - start);
    }
  }
  for (const beside of others) {
    const id = beside.replace('bare ', '');
    row({
      id: `call.${id}`,
      title: `${ours}, p50`,
      unit: 'ms',
      ours: times[ours],
      beside,
      theirs: times[beside],
    });
  }
  await benchPieces(ways);
}

async function benchPieces(ways) {
  const [ours, ...others] = Object.keys(ways);
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round <= STREAMS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way(`stream-${PIECES}`);
      if (round > 0) times[name].push(((performance.now() - start) * 1000) / PIECES);
    }
  }
  for (const beside of others) {
    const [id, title] = [`piece.${beside.replace('bare ', '')}`, `${ours}, a piece of a long stream`];
    row({ id, title, unit: 'us', ours: times[ours], beside: `${beside}, text only`, theirs: times[beside] });
  }
}

try {
  benchCommands();
  await benchCalls();
} finally {
  provider.kill();
  rmSync(folder, { recursive: true, force: true });
}
