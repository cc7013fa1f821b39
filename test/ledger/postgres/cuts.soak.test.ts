import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { CuttingProxy } from '../../postgres/proxy.js';
import { HAS_POSTGRES, postgresServer } from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { invocationOf } from '../invocations.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;
const TODAY = new Date().toISOString().slice(0, 10);

whereInstalled('a connection to a shared ledger', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-cut-'));
  });
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (shared: Awaited<ReturnType<typeof testPlace>>): Promise<Ledger> =>
    good(await openLedger({ file: path.join(folder, `${shared.schema}.db`), now: Date.now, shared }));
  const spent = async (ledger: Ledger) => {
    const [team] = good(await ledger.spend([{ scope: 'team', period: TODAY }]));
    return [team?.settledMicroUsd, team?.reservedMicroUsd];
  };

  /** A run with two calls, of which each part must be counted once. */
  const play = async (ledger: Ledger, id: string): Promise<void> => {
    const nowMs = Date.now();
    const slot = {
      id: `${id}:1`,
      tool: id,
      inherited: [],
      starts: 1,
      decide: () => ({ is: 'admitted' as const }),
    };
    expect(good(await ledger.slots.take(slot))).toEqual({ is: 'admitted' });
    expect(good(await ledger.slots.begin(slot.id))).toBe(true);
    // It fits once, not twice.
    const asked = asking(id, 700, { [id]: 1000 }, nowMs);
    expect(good(await ledger.admit(asked))).toEqual({ reserveMicroUsd: 700 });
    expect(good(await ledger.begin(`${id}:1`))).toBe(true);
    expect(good(await ledger.meter(`${id}:1`, 10))).toBe(700);
    const call = { ...asked, id: `${id}:1/1`, attemptId: `${id}:1`, decide: () => ({ reserveMicroUsd: 50 }) };
    expect(good(await ledger.admit(call))).toEqual({ reserveMicroUsd: 50 });
    expect(good(await ledger.begin(call.id))).toBe(true);
    good(await ledger.settleCall({ id: call.id, attemptId: `${id}:1`, microUsd: 40 }));
    expect(good(await ledger.meter(`${id}:1`, 10))).toBe(740);
    good(await ledger.settle({ ...ended(id, 100, { scopes: ['mine'] }), day: TODAY }));
    const sample = {
      id,
      day: TODAY,
      agent: 'a',
      session: null,
      tags: {},
      latencyMs: 5,
      fallback: false,
      compared: null,
    };
    const tries = [{ tool: 't', model: 'm', tokens: null, microUsd: 100, failure: null }];
    good(await ledger.record(invocationOf({ ...sample, tries })));
    good(await ledger.slots.leave(slot.id));
  };

  it('counts everything once, wherever it is cut', async () => {
    const { port } = await postgresServer();
    const proxy = new CuttingProxy(port);
    const place = await testPlace({ url: `postgres://owner@127.0.0.1:${await proxy.listen()}/postgres` });
    const ledger = await open(place);
    ends.push(
      () => ledger.close(),
      () => proxy.close(),
    );
    let cuts = 0;
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; ; at += 1) {
        proxy.arm({ at, when });
        await play(ledger, `run ${when} ${at}`);
        if (!proxy.hasCut) break;
        cuts += 1;
        proxy.arm(null);
        expect(await spent(ledger)).toEqual([cuts * 100, 0]);
      }
      // The run that was not cut.
      cuts += 1;
    }
    proxy.arm(null);
    expect(cuts).toBeGreaterThan(40);
    const days = { since: TODAY, until: TODAY };
    const [[group] = []] = good(await ledger.usage(days, [[]]));
    expect(group?.sums).toMatchObject({ invocations: cuts, attempts: cuts, charged_micro_usd: cuts * 100 });
    expect(good(await ledger.interrupted(days))).toEqual({ runs: 0, countedMicroUsd: 0 });
  });

  it('that stops answering holds a run for its time alone, and what it had to record is counted later', async () => {
    const { port } = await postgresServer();
    const proxy = new CuttingProxy(port);
    const url = `postgres://owner@127.0.0.1:${await proxy.listen()}/postgres`;
    const place = await testPlace({ url, connectTimeoutMs: 300 });
    const ledger = await open(place);
    ends.push(
      () => ledger.close(),
      () => proxy.close(),
    );
    good(await ledger.admit(asking('held', 700, {}, Date.now())));
    good(await ledger.begin('held:1'));
    proxy.freeze();
    expect(await ledger.meter('held:1', 10)).toMatchObject({ ok: false, error: { kind: 'away' } });
    good(await ledger.settle({ ...ended('held', 100, { scopes: ['mine'] }), day: TODAY }));
    proxy.thaw();
    const again = await open(place);
    ends.push(() => again.close());
    expect(await spent(again)).toEqual([100, 0]);
  });
});
