import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { HAS_POSTGRES, postgresServer, sql } from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;
const HOUR_MS = 3_600_000;

whereInstalled('a shared ledger and machines whose clocks are wrong', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-clock-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('counts on the day of the database, and keeps no lease longer for a clock that is ahead', async () => {
    const server = await postgresServer();
    const shared = await testPlace();
    const open = async (now: () => number): Promise<Ledger> =>
      good(await openLedger({ file: path.join(folder, 'ledger.db'), now, shared }));
    const ahead = () => Date.now() + 30 * HOUR_MS;
    const behind = () => Date.now() - 30 * HOUR_MS;
    const [fast, slow, right] = [await open(ahead), await open(behind), await open(Date.now)];
    const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

    expect(good(await fast.admit(asking('A', 600, { all: 1000 }, ahead())))).toEqual({
      reserveMicroUsd: 600,
    });
    expect(good(await slow.admit(asking('B', 600, { all: 1000 }, behind())))).toEqual({ refusal: 'all' });
    const expiry = sql(
      server,
      `SELECT expires_ms / 1000 - extract(epoch FROM clock_timestamp()) < 301 FROM ${shared.schema}.reservations`,
    );
    expect(expiry).toBe('t');
    good(await fast.begin('A:1'));
    good(await fast.settle({ ...ended('A', 500), day: dayOf(ahead()), started_ms: ahead() }));
    const spentBy = async (ledger: Ledger, day: string) => {
      const [one] = good(await ledger.spend([{ scope: 'all', period: day }]));
      return one?.settledMicroUsd;
    };
    expect([
      await spentBy(right, dayOf(Date.now())),
      await spentBy(fast, dayOf(ahead())),
      await spentBy(slow, dayOf(behind())),
    ]).toEqual([500, 500, 500]);
    // A row that had no reservation is moved too.
    good(await slow.settle({ ...ended('C', 70), day: dayOf(behind()), started_ms: behind() }));
    expect(await spentBy(right, dayOf(Date.now()))).toBe(570);
    for (const ledger of [fast, slow, right]) ledger.close();
  });
});
