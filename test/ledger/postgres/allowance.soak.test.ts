import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { ledgerAccess } from '../../../src/ledger/access.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { CuttingProxy } from '../../postgres/proxy.js';
import { freePort, HAS_POSTGRES, postgresServer } from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { testPlace } from './bench.js';
import type { Race } from './racer.js';

const PROCESSES = 32;
const ROOM = 10;
const COST = 100;
const LIMIT = ROOM * COST;
const TODAY = new Date().toISOString().slice(0, 10);

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

whereInstalled(`${PROCESSES} processes without their database, on an allowance with room for ${ROOM}`, () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-allowance-'));
    program = path.join(folder, 'racer.cjs');
    // Where the program finds the driver of SQLite.
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    await build({
      entryPoints: [path.resolve('test/ledger/postgres/allowance-racer.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['pg-native', 'libsql'],
      define: { 'import.meta.url': '__filename' },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs all to their end, and kills these meanwhile; returns how many runs were let begin. */
  const raceAll = async (place: { url: string; schema: string }, isKilled: (index: number) => boolean) => {
    const calls = path.join(folder, `${place.schema}.calls`);
    writeFileSync(calls, '');
    const children = Array.from({ length: PROCESSES }, (_, index) => {
      const one: Race = {
        ...place,
        calls,
        file: path.join(folder, `${place.schema}.db`),
        id: `p${index}`,
        costMicroUsd: COST,
        limitMicroUsd: LIMIT,
        rounds: 5,
      };
      return fork(program, [JSON.stringify(one)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    });
    const over = Promise.all(children.map((child) => once(child, 'exit')));
    await Promise.race([Promise.all(children.map((child) => once(child, 'message'))), over]);
    for (const child of children) child.send('go');
    const kill = async (child: ChildProcess): Promise<void> => {
      await wait(Math.random() * 300);
      child.kill('SIGKILL');
    };
    await Promise.all(children.filter((_, index) => isKilled(index)).map(kill));
    await over;
    return readFileSync(calls, 'utf8').split('\n').length - 1;
  };
  const places = async () => {
    const at = await freePort();
    const place = await testPlace({
      url: `postgres://owner@127.0.0.1:${at}/postgres`,
      connectTimeoutMs: 2000,
    });
    return { at, place, file: path.join(folder, `${place.schema}.db`) };
  };
  const spent = async (ledger: Ledger) => {
    const [sum] = good(await ledger.spend([{ scope: 'team', period: TODAY }]));
    return [sum?.settledMicroUsd, sum?.reservedMicroUsd];
  };

  for (const [how, isKilled] of [
    ['let exactly that many pass', () => false],
    ['never pass it while half of them are killed', (index: number) => index % 2 === 0],
  ] as const)
    it(`${how}, and hand each over once when it is back`, async () => {
      const { at, place, file } = await places();
      const begun = await raceAll(place, isKilled);
      expect(begun).toBeGreaterThan(0);
      expect(begun).toBeLessThanOrEqual(ROOM);
      if (how.startsWith('let')) expect(begun).toBe(ROOM);
      const proxy = new CuttingProxy((await postgresServer()).port);
      await proxy.listen(at);
      const open = async () => good(await openLedger({ file, now: Date.now, shared: place }));
      const ledgers = await Promise.all([open(), open(), open(), open()]);
      const [first] = ledgers;
      const [settled = 0, reserved] = await spent(first);
      expect(reserved).toBe(0);
      // What was killed between its reservation and its begin has cost nothing, and all else counts in full.
      expect(settled).toBeLessThanOrEqual(LIMIT);
      expect(settled).toBeGreaterThanOrEqual(begun * COST);
      const again = await open();
      expect(await spent(again)).toEqual([settled, 0]);
      for (const one of [...ledgers, again]) one.close();
      proxy.close();
      // The allowance is as large as before.
      const access = ledgerAccess({ file, shared: place, now: Date.now, project: '', warn: () => {} });
      const away = await access.open();
      if (away.ok) throw new Error('the database is there');
      const allowance = { policy: 'default', upToMicroUsd: LIMIT, at: null };
      const { ledger } = good(await access.failOpen(allowance, away.error));
      for (let n = 0; n < ROOM; n++)
        expect(good(await ledger.admit(asking(`after ${n}`, COST, {}, Date.now())))).toEqual({
          reserveMicroUsd: COST,
        });
      expect(await ledger.admit(asking('beyond', 1, {}, Date.now()))).toMatchObject({
        ok: false,
        error: { kind: 'away', message: expect.stringContaining('of which $0.001 is used') },
      });
      await access.close();
    }, 60_000);

  it('holds nothing of a run nested in one that the allowance does not know', async () => {
    const { place, file } = await places();
    const access = ledgerAccess({ file, shared: place, now: Date.now, project: '', warn: () => {} });
    const away = await access.open();
    if (away.ok) throw new Error('the database is there');
    const allowance = { policy: 'default', upToMicroUsd: LIMIT, at: null };
    const { ledger } = good(await access.failOpen(allowance, away.error));
    const nested = { ...asking('inner', COST, {}, Date.now()), family: { ownerId: 'outer', sourceId: null } };
    expect(await ledger.admit(nested)).toMatchObject({ ok: false, error: { kind: 'away' } });
    good(await ledger.admit(asking('outer', LIMIT, {}, Date.now())));
    good(await ledger.begin('outer:1'));
    // It takes over a part of what the outer one holds, which is all.
    expect(good(await ledger.admit(nested))).toEqual({ reserveMicroUsd: COST });
    good(await ledger.settle({ ...ended('inner', COST), day: TODAY }));
    good(await ledger.settle({ ...ended('outer', COST), day: TODAY }));
    await access.close();
  });
});
