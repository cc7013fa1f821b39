import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { Client } from 'pg';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { lockKey } from '../../../src/ledger/postgres/schema.js';
import { CuttingProxy } from '../../postgres/proxy.js';
import { HAS_POSTGRES, start, startServer, stop } from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { testPlace } from './bench.js';
import type { Race } from './racer.js';

const PROCESSES = 32;
const ROOM = 10;
const COST = 100;
const LIMIT = ROOM * COST;
const ROUNDS = 4;
const LEASE_MS = 3000;
const TODAY = new Date().toISOString().slice(0, 10);

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

/** Holds the lock under which money changes, so that all who ask for it wait. */
async function holdMoney({ url, schema }: { url: string; schema: string }) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const key = BigInt(lockKey(schema, 'money'));
  await client.query(`SELECT pg_advisory_lock(${key})`);
  const high = BigInt.asUintN(32, key >> 32n);
  const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND classid = ${high} AND objid = ${BigInt.asUintN(32, key)}`;
  return {
    waitFor: async (count: number): Promise<void> => {
      while ((await client.query(waiting)).rows[0].count < count);
    },
    release: (): void => void client.end(),
  };
}

whereInstalled(`${PROCESSES} processes on a shared ledger, against a limit with room for ${ROOM}`, () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-race-'));
    program = path.join(folder, 'racer.cjs');
    await build({
      entryPoints: [path.resolve('test/ledger/postgres/racer.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['pg-native', 'libsql'],
      define: { 'import.meta.url': '__filename' },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts all, and lets them go at the same moment: once the first question of each waits for the lock of the money, that is given up. */
  const startAll = async (shared: { url: string; schema: string }, more: { rounds: number }) => {
    const barrier = await holdMoney(shared);
    const calls = path.join(folder, `${shared.schema}.calls`);
    writeFileSync(calls, '');
    const children = Array.from({ length: PROCESSES }, (_, index) => {
      const one: Race = {
        ...shared,
        ...more,
        calls,
        file: path.join(folder, `${shared.schema}.db`),
        id: `p${index}`,
        costMicroUsd: COST,
        limitMicroUsd: LIMIT,
      };
      return fork(program, [JSON.stringify(one)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    });
    const ended = Promise.all(children.map((child) => once(child, 'exit')));
    // One that ends before it is ready has failed.
    await Promise.race([Promise.all(children.map((child) => once(child, 'message'))), ended]);
    for (const child of children) child.send('go');
    await Promise.race([barrier.waitFor(PROCESSES), ended]);
    barrier.release();
    const begun = () => readFileSync(calls, 'utf8').split('\n').length - 1;
    return { children, ended, begun };
  };
  const reader = async (shared: Awaited<ReturnType<typeof testPlace>>): Promise<Ledger> =>
    good(await openLedger({ file: path.join(folder, 'reader.db'), now: Date.now, shared }));
  const sums = async (ledger: Ledger): Promise<[number, number]> => {
    const [spend] = good(await ledger.spend([{ scope: 'race', period: TODAY }]));
    return [spend?.settledMicroUsd ?? 0, spend?.reservedMicroUsd ?? 0];
  };

  it(`let exactly ${ROOM} pass`, async () => {
    const place = await testPlace({ leaseMs: LEASE_MS });
    const ledger = await reader(place);
    const { ended: over, begun } = await startAll(place, { rounds: 3 });
    await over;
    expect(begun()).toBe(ROOM);
    expect(await sums(ledger)).toEqual([LIMIT, 0]);
    ledger.close();
  });

  for (let round = 1; round <= ROUNDS; round++)
    it(`never pass it while half of them are killed at any moment (round ${round})`, async () => {
      const place = await testPlace({ leaseMs: LEASE_MS });
      const ledger = await reader(place);
      const { children, ended: over, begun } = await startAll(place, { rounds: 10 });
      const kill = async (child: ChildProcess): Promise<void> => {
        await wait(Math.random() * 400);
        child.kill('SIGKILL');
      };
      const killing = Promise.all(children.filter((_, index) => index % 2 === 0).map(kill));
      let isOver = false;
      const all = Promise.all([killing, over]).finally(() => {
        isOver = true;
      });
      while (!isOver) {
        const [settled, reserved] = await sums(ledger);
        expect(settled + reserved).toBeLessThanOrEqual(LIMIT);
        await wait(20);
      }
      await all;
      // Also what nobody here can see to be dead is over once its lease is.
      await wait(LEASE_MS);
      good(await ledger.admit(asking('last', 0, {}, Date.now())));
      const [settled, reserved] = await sums(ledger);
      expect(reserved).toBe(0);
      expect(settled).toBeLessThanOrEqual(LIMIT);
      // Every run that began is in the sum.
      expect(settled).toBeGreaterThanOrEqual(begun() * COST);
      ledger.close();
    });

  it('never pass it while their connections are cut, before a question arrives and before its answer does', async () => {
    const place = await testPlace({ leaseMs: LEASE_MS });
    const ledger = await reader(place);
    const proxy = new CuttingProxy(Number(new URL(place.url).port));
    const url = `postgres://owner@127.0.0.1:${await proxy.listen()}/postgres`;
    const { ended: over, begun } = await startAll({ ...place, url }, { rounds: 5 });
    let [isOver, cuts] = [false, 0];
    const all = over.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      proxy.arm({ at: 12 + (cuts % 7), when: cuts % 2 === 0 ? 'after' : 'before' });
      while (!proxy.hasCut && !isOver) await turn();
      cuts += proxy.hasCut ? 1 : 0;
    }
    await all;
    expect(cuts).toBeGreaterThan(ROOM);
    expect(begun()).toBe(ROOM);
    expect(await sums(ledger)).toEqual([LIMIT, 0]);
    ledger.close();
    proxy.close();
  });

  it('never pass it while the server is stopped, crashed and started again', async () => {
    const cluster = mkdtempSync(path.join(tmpdir(), 'llm-pg-race-restart-'));
    const server = await startServer(cluster);
    const place = await testPlace({ url: server.url, leaseMs: LEASE_MS, connectTimeoutMs: 20_000 });
    const ledger = await reader(place);
    try {
      const { ended: over, begun } = await startAll(place, { rounds: 5 });
      for (const mode of ['immediate', 'fast'] as const) {
        stop(cluster, mode);
        start(cluster);
      }
      await over;
      expect(begun()).toBe(ROOM);
      expect(await sums(ledger)).toEqual([LIMIT, 0]);
    } finally {
      ledger.close();
      stop(cluster, 'immediate');
    }
  });

  it('count once what was settled while the server was stopped, crashed and started again', async () => {
    const cluster = mkdtempSync(path.join(tmpdir(), 'llm-pg-restart-'));
    const server = await startServer(cluster, { fsync: 'on' });
    const ledger = await reader(await testPlace({ url: server.url, connectTimeoutMs: 20_000 }));
    try {
      for (const [index, mode] of (['fast', 'immediate', 'fast', 'immediate'] as const).entries()) {
        const id = `run ${index}`;
        good(await ledger.admit(asking(id, COST, { race: LIMIT }, Date.now())));
        good(await ledger.begin(`${id}:1`));
        stop(cluster, mode);
        const settled = ledger.settle({ ...ended(id, COST, { scopes: ['race'] }), day: TODAY });
        start(cluster);
        good(await settled);
        expect(await sums(ledger)).toEqual([(index + 1) * COST, 0]);
      }
    } finally {
      ledger.close();
      stop(cluster);
    }
  });
});
