import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { freePort, HAS_POSTGRES, postgresServer, unprivileged } from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { testPlace } from './bench.js';

const HAS_POOLER = HAS_POSTGRES && spawnSync('pgbouncer', ['--version']).status === 0;
if (!HAS_POOLER)
  process.stderr.write(
    'SKIPPED: the tests behind PgBouncer, which is not installed (apt-get install pgbouncer)\n',
  );

const whereInstalled = HAS_POOLER ? describe : describe.skip;
const TODAY = new Date().toISOString().slice(0, 10);

whereInstalled('a shared ledger behind PgBouncer, which pools transactions', () => {
  let folder: string;
  let pooler: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const server = await postgresServer();
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pooler-'));
    const port = await freePort();
    const settings = [
      '[databases]',
      `postgres = host=127.0.0.1 port=${server.port} user=owner`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      `unix_socket_dir = ${folder}`,
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 3',
    ];
    writeFileSync(path.join(folder, 'ini'), `${settings.join('\n')}\n`);
    const { uid, gid } = unprivileged();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    pooler = spawn('pgbouncer', ['-q', path.join(folder, 'ini')], { ...unprivileged(), stdio: 'ignore' });
    url = `postgres://owner@127.0.0.1:${port}/postgres`;
    while (!(await isOpen(port))) await wait(20);
  });
  afterAll(() => {
    pooler.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds one limit for more processes than it has connections', async () => {
    const shared = await testPlace({ url });
    const ledgers = [];
    for (let index = 0; index < 12; index++)
      ledgers.push(good(await openLedger({ file: path.join(folder, 'l.db'), now: Date.now, shared })));
    const verdicts = await Promise.all(
      ledgers.map(async (ledger, index) => {
        const verdict = good(await ledger.admit(asking(`run ${index}`, 100, { all: 500 }, Date.now())));
        if ('refusal' in verdict) return false;
        expect(good(await ledger.begin(`run ${index}:1`))).toBe(true);
        good(await ledger.settle({ ...ended(`run ${index}`, 100), day: TODAY }));
        return true;
      }),
    );
    expect(verdicts.filter((isIn) => isIn)).toHaveLength(5);
    const [spend] = good(
      (await ledgers[0]?.spend([{ scope: 'all', period: TODAY }])) ?? { ok: true, value: [] },
    );
    expect(spend).toMatchObject({ settledMicroUsd: 500, reservedMicroUsd: 0 });
    for (const ledger of ledgers) ledger.close();
  });
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
