// What `router.complete` adds to a call of a provider on this machine: without a store, with a trace and with a ledger, beside bare got and
// the official `openai` client. One run, everything interleaved; then 1,000 calls at once.
//
// The official client is of the registry; without it, it is left out. `BENCH_CALLS` sets the calls of each way [400].
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { homeIn, quantile } from './measure.mjs';
import { exportsOf, installed, PEERS, packageVersion } from './packages.mjs';
import { missing, rounds, row, used } from './rows.mjs';

const CALLS = Number(process.env.BENCH_CALLS ?? rounds(400, 20));
const AT_ONCE = rounds(1000, 50);
const ROUNDS = rounds(5, 1);
const WARM_UP = 50;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const provider = fork(path.join(root, 'scripts/bench/provider.mjs'), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const [{ port }] = await once(provider, 'message');
const base = `http://127.0.0.1:${port}/v1`;

function configOf(name, more) {
  const file = path.join(folder, `${name}.yaml`);
  const tool = `{ kind: http, api: openai-chat, base_url: '${base}', models: [m, '*'], billing: ${more.billing} }`;
  writeFileSync(file, `version: 1\ntools: { api: ${tool} }\n${more.text}`);
  return file;
}

/** The class of the official client; `null`: it cannot be installed. */
function officialClient() {
  const found = installed(PEERS.openai);
  if ('why' in found) missing('openai', found.why);
  else used('openai', found.version);
  return 'why' in found ? null : exportsOf(found, 'openai').OpenAI;
}

async function oneAfterAnother(ways) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let call = 0; call < CALLS + WARM_UP; call++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way();
      if (call >= WARM_UP) times[name].push(performance.now() - start);
    }
  }
  const p95 = (name) => quantile(times[name], 0.95);
  for (const [id, ours, beside] of compared(ways)) {
    row({
      id: `${id}.p50`,
      title: `${ours}, p50`,
      unit: 'ms',
      ours: times[ours],
      beside,
      theirs: times[beside],
    });
    row({ id: `${id}.p95`, title: `${ours}, p95`, unit: 'ms', ours: p95(ours), beside, theirs: p95(beside) });
  }
}

/** Which way stands beside which. */
function compared(ways) {
  const ours = {
    complete: 'router.complete',
    trace: 'router.complete, trace',
    ledger: 'router.complete, ledger',
  };
  return [
    ...Object.entries(ours).map(([id, name]) => [id, name, 'bare got']),
    ...('openai client' in ways ? [['openai', ours.complete, 'openai client']] : []),
  ];
}

async function allAtOnce(ways) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timeAtOnce(ways['router.complete']));
    theirs.push(await timeAtOnce(ways['bare got']));
  }
  const title = `router.complete, ${AT_ONCE.toLocaleString('en')} at once`;
  row({ id: 'at-once', title, unit: 'ms', ours, beside: 'bare got', theirs });
}

async function timeAtOnce(way) {
  const start = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, way));
  return performance.now() - start;
}

try {
  used('got', packageVersion('got'));
  const { waysOf } = await runScript('scripts/bench/library-ways.ts');
  const limited = 'policies: { default: { budget: { daily_usd: 1000, limit: { type: hard } } } }\n';
  const price =
    'models: { m: { id: m, max_output_tokens: 100, cost_per_1m_tokens: { input: 1, output: 1 } } }\n';
  const Client = officialClient();
  const { ways, close } = await waysOf({
    base,
    folder,
    env: homeIn(folder),
    plain: configOf('plain', { billing: 'free', text: '' }),
    limited: configOf('limited', { billing: 'api', text: limited + price }),
    Client,
  });
  await oneAfterAnother(ways);
  await allAtOnce(ways);
  await close();
} finally {
  provider.kill();
  rmSync(folder, { recursive: true, force: true });
}
