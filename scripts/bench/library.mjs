// What `router.complete` adds to a call of a provider on this machine: without a store, with a trace and with a ledger, beside bare got and
// the official `openai` client. One run, everything interleaved; then 1,000 calls at once.
//
// The official client is installed into a temporary folder, so that contributors need not have it; without the registry it is left out.
// `BENCH_CALLS` sets the calls of each way [400].
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { homeIn, quantile } from './measure.mjs';

const CALLS = Number(process.env.BENCH_CALLS ?? 400);
const AT_ONCE = 1000;
const OPENAI = 'openai@6';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const provider = fork(path.join(root, 'scripts/bench/provider.mjs'), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const [{ port }] = await once(provider, 'message');
const base = `http://127.0.0.1:${port}/v1`;
const say = (line) => process.stdout.write(`${line}\n`);

function configOf(name, more) {
  const file = path.join(folder, `${name}.yaml`);
  const tool = `{ kind: http, api: openai-chat, base_url: '${base}', models: [m, '*'], billing: ${more.billing} }`;
  writeFileSync(file, `version: 1\ntools: { api: ${tool} }\n${more.text}`);
  return file;
}

/** The class of the official client; `null`: it cannot be installed. */
function officialClient() {
  try {
    const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--silent', OPENAI];
    execFileSync('npm', args, { stdio: 'ignore', timeout: 60_000 });
    return createRequire(path.join(folder, 'package.json'))('openai').OpenAI;
  } catch {
    return null;
  }
}

async function oneAfterAnother(ways) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let call = 0; call < CALLS + 50; call++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way();
      if (call >= 50) times[name].push(performance.now() - start);
    }
  }
  say(`calls of an answer in 5 pieces, one after another, ${CALLS} each`);
  for (const [name, values] of Object.entries(times)) {
    const [p50, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
    say(`  ${name.padEnd(30)} p50 ${p50.toFixed(2)} ms   p95 ${p95.toFixed(2)} ms`);
  }
}

async function allAtOnce(ways) {
  say(`${AT_ONCE} at once, in total`);
  for (const [name, way] of Object.entries(ways)) {
    const start = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, way));
    say(`  ${name.padEnd(30)} ${Math.round(performance.now() - start)} ms`);
  }
}

try {
  say(`node ${process.versions.node}`);
  const { waysOf } = await runScript('scripts/bench/library-ways.ts');
  const limited = 'policies: { default: { budget: { daily_usd: 1000, limit: { type: hard } } } }\n';
  const price =
    'models: { m: { id: m, max_output_tokens: 100, cost_per_1m_tokens: { input: 1, output: 1 } } }\n';
  const Client = officialClient();
  if (Client === null) say(`(${OPENAI} could not be installed, and is left out)`);
  const { ways, close } = await waysOf({
    base,
    folder,
    env: homeIn(folder),
    plain: configOf('plain', { billing: 'free', text: '' }),
    limited: configOf('limited', { billing: 'api', text: limited + price }),
    Client,
  });
  await oneAfterAnother(ways);
  await allAtOnce({ 'router.complete': ways['router.complete'], 'bare got': ways['bare got'] });
  await close();
} finally {
  provider.kill();
  rmSync(folder, { recursive: true, force: true });
}
