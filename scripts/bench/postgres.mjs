// What a shared ledger costs in time, beside the local one: reserve, begin and settle by one, sixteen and sixty-four processes that start at
// the same moment, a check of ten budgets after a short and after a long history, and what it adds to `exec`. The server is on this
// machine, reached by TCP on loopback, and writes to disk before it answers.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleScript } from '../run.mjs';
import { homeIn, measureShell, quantile } from './measure.mjs';
import { missing, rounds, row, used } from './rows.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const PROCESSES = rounds([1, 16, 64], [1, 16]);
const PAYS = rounds(1600, 128);
const PAY_ROUNDS = rounds(3, 1);
const HISTORY = rounds(1_000_000, 20_000);
const SHORT = 1000;
const BUDGETS = 10;
const CHECKS = rounds(400, 20);
const EXEC_ROUNDS = rounds(15, 2);
const CONFIG = `version: 1
agents: { me: { preferred_tool: noop, max_cost_usd: 0.000001 } }
tools: { noop: { binary: cat, args: [], billing: api, models: [m] } }
models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }
policies: { default: { budget: { daily_usd: 1000000, scope: team, limit: { type: hard } } } }
`;

const SHARED = 'PostgreSQL';
const LOCAL = 'SQLite';

await measureAll();

async function measureAll() {
  const bundle = await bundleScript('scripts/bench/postgres-work.ts');
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
  try {
    const own = await import(pathToFileURL(bundle).href);
    if (!own.HAS_POSTGRES) return missing('', 'PostgreSQL is not installed (apt-get install postgresql)');
    await measureOn({ ...own, bundle, folder });
  } finally {
    rmSync(bundle, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOn(own) {
  // Beside the other folder, which the user of the server may not enter.
  const cluster = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
  const server = await own.startServer(cluster, { autovacuum: 'on' });
  try {
    used(SHARED, own.sql(server, 'SHOW server_version').split(' ')[0]);
    for (const processes of PROCESSES) await concurrent({ ...own, server, processes });
    await histories({ ...own, server });
    starts({ ...own, server });
  } finally {
    own.stop(cluster);
    rmSync(cluster, { recursive: true, force: true });
  }
}

/** In turns on both; a row of the table is the median of the rounds. */
async function concurrent({ bundle, folder, server, placeOf, opened, processes }) {
  const times = { [SHARED]: [], [LOCAL]: [] };
  for (let round = 0; round < PAY_ROUNDS; round++) {
    const name = `of_${processes}_${round}`;
    const file = path.join(folder, `${name}.db`);
    for (const [engine, shared] of [
      [SHARED, placeOf(server, name)],
      [LOCAL, null],
    ]) {
      (await opened({ file, shared })).close();
      const told = { file, shared, count: Math.ceil(PAYS / processes) };
      times[engine].push(await atOnce(processes, [bundle, JSON.stringify(told)]));
    }
  }
  const title = `reserve, begin and settle, ${processes} process${processes === 1 ? '' : 'es at once'}`;
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ]) {
    const of = (engine) => times[engine].map((one) => quantile(one, share));
    const given = {
      title: `${title}, ${name}`,
      unit: 'ms',
      ours: of(SHARED),
      beside: LOCAL,
      theirs: of(LOCAL),
    };
    row({ id: `settle.${processes}.${name}`, ...given });
  }
}

/** The times of all workers, which begin once the last of them has opened its ledger. */
async function atOnce(count, args) {
  const file = path.join(root, 'scripts/bench/postgres-worker.mjs');
  const children = Array.from({ length: count }, () =>
    fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  await Promise.all(children.map((child) => messageOf(child)));
  const times = children.map((child) => messageOf(child));
  for (const child of children) child.send('go');
  return (await Promise.all(times)).flat();
}

async function messageOf(child) {
  const ended = once(child, 'exit').then(() => {
    throw new Error('a worker ended without its times');
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message;
}

async function histories({ folder, server, placeOf, opened, fillHistory, pay }) {
  const ledgers = {};
  for (const [schema, rows] of [
    ['short', SHORT],
    ['long', HISTORY],
  ]) {
    const place = { file: path.join(folder, `${schema}.db`), shared: placeOf(server, schema) };
    (await opened(place)).close();
    fillHistory(server, schema, { rows, budgets: BUDGETS });
    ledgers[schema] = await opened(place);
  }
  const times = { short: [], long: [] };
  for (let round = 0; round < CHECKS; round++) {
    for (const [schema, ledger] of Object.entries(ledgers)) {
      const start = performance.now();
      await pay(ledger, `check-${round}`, BUDGETS);
      times[schema].push(performance.now() - start);
    }
  }
  for (const ledger of Object.values(ledgers)) ledger.close();
  const title = `a check of ${BUDGETS} budgets after ${HISTORY.toLocaleString('en-US')} attempts`;
  const beside = `after ${SHORT.toLocaleString('en-US')}`;
  row({ id: 'history', title, unit: 'ms', ours: times.long, beside, theirs: times.short });
}

/** `exec` of a tool that does nothing under a hard budget, in turns; the CPU is that of the router alone. */
function starts({ folder, server }) {
  const ledgers = { local: '', shared: `ledger: { url: '${server.url}', schema: exec }\n` };
  const homes = { local: homeIn(path.join(folder, 'local')), shared: homeIn(path.join(folder, 'shared')) };
  const commands = {};
  for (const [name, ledger] of Object.entries(ledgers)) {
    const file = path.join(folder, `${name}.yaml`);
    writeFileSync(file, `${CONFIG}${ledger}`);
    commands[name] =
      `"${process.execPath}" "${root}/bin/llm-router.cjs" exec --config "${file}" -a me --json hello`;
    // The first runs keep the compiled code, and make the ledger.
    measureShell(commands[name], 2, { env: homes[name] });
  }
  const times = { cpu: { local: [], shared: [] }, wall: { local: [], shared: [] } };
  for (let round = 0; round < EXEC_ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const { wall, cpu } = measureShell(command, 1, { env: homes[name] });
      times.wall[name].push(wall);
      times.cpu[name].push(cpu);
    }
  }
  const title = '`exec` of a no-op tool with a hard budget of the team';
  for (const [kind, unit] of [
    ['cpu', 'ms CPU'],
    ['wall', 'ms'],
  ]) {
    const { shared: ours, local: theirs } = times[kind];
    row({ id: `exec.${kind}`, title, unit, ours, beside: 'with the local ledger', theirs });
  }
}
