import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A PostgreSQL server that all tests of a run share; `scripts/test.mjs` stops it. */
export interface PostgresServer {
  port: number;
  /** The folder of its socket. */
  folder: string;
  /** A URL for its superuser. */
  url: string;
  /** The same by its socket, which is quicker. */
  socketUrl: string;
}

const SUPERUSER = 'owner';

/** The programs of the newest version that Debian has installed, or of the path; `null`: there are none. */
export function postgresPrograms(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => path.join(debian, version, 'bin'));
  const named = (process.env.PATH ?? '').split(':');
  return [...found, ...named].find((one) => existsSync(path.join(one, 'initdb'))) ?? null;
}

export const HAS_POSTGRES = postgresPrograms() !== null;

if (!HAS_POSTGRES)
  process.stderr.write(
    'SKIPPED: the tests on PostgreSQL, which is not installed (apt-get install postgresql, or see .ci/run)\n',
  );

let shared: Promise<PostgresServer> | null = null;

/** The server of this run, started by whichever test needs it first. */
export function postgresServer(): Promise<PostgresServer> {
  shared ??= startShared();
  return shared;
}

/** For tests that crash no server: what is written may stay in its memory. */
const QUICK: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
};

async function startShared(): Promise<PostgresServer> {
  const folder = path.join(tmpdir(), 'postgres');
  const ready = path.join(folder, 'ready.json');
  try {
    mkdirSync(folder);
  } catch {
    while (!existsSync(ready)) await wait(50);
    return JSON.parse(readFileSync(ready, 'utf8')) as PostgresServer;
  }
  const server = await startServer(folder, QUICK);
  writeFileSync(path.join(folder, 'new.json'), JSON.stringify(server));
  // By rename, so that nobody reads half of it.
  spawnSync('mv', [path.join(folder, 'new.json'), ready]);
  return server;
}

/** PostgreSQL refuses to run as root. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, name: string) =>
    Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  const name = spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody';
  return { uid: id('-u', name), gid: id('-g', name) };
}

/** Makes a cluster in a folder and starts it, with `settings` as in postgresql.conf. */
export async function startServer(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  run('initdb', [
    '-D',
    path.join(folder, 'data'),
    '-U',
    SUPERUSER,
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '-N',
  ]);
  const hba = [
    'local all all trust',
    'host all with_password,libpq_user 127.0.0.1/32 scram-sha-256',
    'host all all 127.0.0.1/32 trust',
    'host replication all 127.0.0.1/32 trust',
    // Hosts that a test has made.
    'host all all 10.211.0.0/16 trust',
  ];
  writeFileSync(path.join(folder, 'data', 'pg_hba.conf'), `${hba.join('\n')}\n`);
  const port = await freePort();
  const all: Record<string, string> = {
    max_connections: '200',
    shared_buffers: '64MB',
    autovacuum: 'off',
    listen_addresses: '127.0.0.1',
    ...settings,
    port: String(port),
    unix_socket_directories: folder,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value}'`);
  writeFileSync(path.join(folder, 'data', 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  start(folder);
  return at(port, folder);
}

function at(port: number, folder: string): PostgresServer {
  return {
    port,
    folder,
    url: `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres`,
    socketUrl: `postgres://${SUPERUSER}@/postgres?host=${encodeURIComponent(folder)}&port=${port}`,
  };
}

/** Starts a server again that was stopped. */
export function start(folder: string): void {
  run('pg_ctl', ['-D', path.join(folder, 'data'), '-l', path.join(folder, 'log'), '-w', '-t', '60', 'start']);
  endWithRunner(path.join(folder, 'data', 'postmaster.pid'));
}

/** Ends a server whose test runner is gone, also where that was killed: a process of its own looks for it each second. */
function endWithRunner(pidFile: string): void {
  const runner = process.env.LLM_ROUTER_TEST_RUNNER ?? String(process.pid);
  const server = readFileSync(pidFile, 'utf8').split('\n', 1)[0] ?? '';
  const watch =
    'while kill -0 "$1" && kill -0 "$2"; do sleep 1; done; if kill -0 "$2"; then kill -QUIT "$2"; fi';
  spawn('/bin/sh', ['-c', watch, 'watch', runner, server], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  }).unref();
}

/** Starts a replica of a server in a folder of its own, which follows it and takes no writes. */
export async function startReplica(folder: string, primary: PostgresServer): Promise<PostgresServer> {
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const from = `host=127.0.0.1 port=${primary.port} user=${SUPERUSER}`;
  run('pg_basebackup', ['-D', path.join(folder, 'data'), '-R', '-c', 'fast', '-d', from]);
  const port = await freePort();
  const own = `port = '${port}'\nunix_socket_directories = '${folder}'\n`;
  appendFileSync(path.join(folder, 'data', 'postgresql.auto.conf'), own);
  start(folder);
  return at(port, folder);
}

/** Makes a replica a server of its own, which takes writes. */
export function promote(folder: string): void {
  run('pg_ctl', ['-D', path.join(folder, 'data'), '-w', 'promote']);
}

/** Lets a server read its files again. */
export function reload(folder: string): void {
  run('pg_ctl', ['-D', path.join(folder, 'data'), 'reload']);
}

/** Stops a server; `immediate` is as a crash. */
export function stop(folder: string, mode: 'fast' | 'immediate' = 'fast'): void {
  run('pg_ctl', ['-D', path.join(folder, 'data'), '-m', mode, '-w', 'stop']);
}

function run(program: string, args: readonly string[]): void {
  const file = path.join(postgresPrograms() ?? '', program);
  const done = spawnSync(file, args, {
    ...unprivileged(),
    encoding: 'utf8',
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
}

/** A port of this machine on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Runs SQL as the superuser; returns what `psql` prints, one row a line. */
export function sql(server: PostgresServer, text: string): string {
  const file = path.join(postgresPrograms() ?? '', 'psql');
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', server.url, '-c', text];
  const done = spawnSync(file, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql failed: ${done.stderr}`);
  return done.stdout.trim();
}
