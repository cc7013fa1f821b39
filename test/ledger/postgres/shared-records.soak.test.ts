import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditDocument } from '../../../src/domain/audit.js';
import { type Failure, failure } from '../../../src/domain/failure.js';
import { type LedgerAccess, ledgerAccess } from '../../../src/ledger/access.js';
import { fileCooldowns } from '../../../src/ledger/cooldowns.js';
import type { PostgresPlace } from '../../../src/ledger/postgres/place.js';
import { shareAudit } from '../../../src/ledger/shared-audit.js';
import { sharedCooldowns } from '../../../src/ledger/shared-cooldowns.js';
import type { SharedAuditQuery } from '../../../src/ledger/shared-records.js';
import { afterFailure, afterSuccess, NO_COOLDOWNS } from '../../../src/policy/cooldown.js';
import { CuttingProxy } from '../../postgres/proxy.js';
import { freePort, HAS_POSTGRES, postgresServer } from '../../postgres/server.js';
import { good } from '../attempts.js';
import { testPlace } from './bench.js';

const HOUR_MS = 3_600_000;
const POLICY = { afterFailures: 3, withinMs: 60_000, forMs: 60_000 };
const PAIR = { tool: 'bot', model: 'big' };

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

whereInstalled('machines that share a ledger', () => {
  let folder: string;
  const opened: LedgerAccess[] = [];
  const proxies: CuttingProxy[] = [];
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-shared-'));
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    for (const one of proxies) one.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A machine with folders and a clock of its own. */
  const machine = (shared: PostgresPlace, name: string, aheadMs = 0) => {
    const file = path.join(folder, `${shared.schema}-${name}`, 'ledger.db');
    const now = () => Date.now() + aheadMs;
    const access = ledgerAccess({ file, shared, now, project: '', warn: () => {} });
    opened.push(access);
    const local = fileCooldowns(path.join(path.dirname(file), 'cooldowns.json'));
    const cooldowns = sharedCooldowns(access, local);
    const fails = (failed: Failure) =>
      cooldowns.change((state) =>
        afterFailure(state, { pair: PAIR, failure: failed, policy: POLICY, nowMs: now() }),
      );
    return { access, local, cooldowns, now, fails };
  };
  const limitUntil = (ms: number) =>
    failure('quota', 'used up', { resetAt: new Date(ms).toISOString(), retryAfterMs: null });

  it('see the cooldowns of each other, by the clock of the database', async () => {
    const place = await testPlace();
    const [one, two] = [machine(place, 'one'), machine(place, 'two', -2 * HOUR_MS)];
    good(await one.access.open());
    good(await two.access.open());
    const endMs = Date.now() + HOUR_MS;
    await one.fails(limitUntil(endMs));
    const [seen] = (await two.cooldowns.read()).cooldowns;
    expect(seen).toMatchObject({ tool: 'bot', reason: 'quota' });
    expect(Math.abs((seen?.untilMs ?? 0) + 2 * HOUR_MS - endMs)).toBeLessThan(60_000);
    expect(await one.local.read()).toEqual(NO_COOLDOWNS);
    await two.cooldowns.change((state) => afterSuccess(state, PAIR));
    expect((await one.cooldowns.read()).cooldowns).toEqual([]);
    await one.fails(limitUntil(endMs));
    await two.cooldowns.clear();
    expect(await one.cooldowns.read()).toEqual(NO_COOLDOWNS);
  });

  it('lose no failure that is counted at the same time', async () => {
    const place = await testPlace();
    const machines = ['one', 'two', 'three'].map((name) => machine(place, name));
    for (const { access } of machines) good(await access.open());
    await Promise.all(machines.map(({ fails }) => fails(failure('connection', 'broken'))));
    const [first] = machines;
    expect((await first?.cooldowns.read())?.cooldowns).toMatchObject([{ ...PAIR, reason: 'connection' }]);
  });

  it('keep cooldowns and audit lines of their own while the database is away, and hand them over', async () => {
    const at = await freePort();
    const url = `postgres://owner@127.0.0.1:${at}/postgres`;
    const place = await testPlace({ url, connectTimeoutMs: 1 });
    const alone = machine(place, 'alone');
    await alone.fails(limitUntil(Date.now() + HOUR_MS));
    expect((await alone.cooldowns.read()).cooldowns).toHaveLength(1);
    expect((await alone.local.read()).cooldowns).toHaveLength(1);
    const line = (agent: string, tool: string) =>
      auditDocument(
        {
          event: 'governance_violation',
          severity: 'high',
          reason: "it's \\ denied",
          project: '/work/mine',
          agent,
          sourceAgent: null,
          session: null,
          traceId: null,
          invocationId: 'i',
          attemptedTool: tool,
          attemptedModel: null,
          allowed: null,
          justification: null,
        },
        new Date().toISOString(),
      );
    await shareAudit(alone.access, [line('a', 'x'), line('b', 'y')], {});
    const proxy = new CuttingProxy((await postgresServer()).port);
    proxies.push(proxy);
    await proxy.listen(at);
    const [back, other] = [
      machine({ ...place, connectTimeoutMs: 5000 }, 'alone'),
      machine({ ...place, connectTimeoutMs: 5000 }, 'other'),
    ];
    for (const _ of [1, 2]) {
      good(await back.access.open());
      await back.access.close();
    }
    const read = async (query: Partial<SharedAuditQuery>) =>
      good(
        await other.access.read(async (ledger) => {
          if (ledger.shared === null) throw new Error('it is not shared');
          return ledger.shared.audit({ last: null, sinceMs: null, ...query });
        }),
      );
    expect(await read({})).toMatchObject([
      {
        agent: 'b',
        attempted_tool: 'y',
        host: hostname(),
        user: userInfo().username,
        reason: "it's \\ denied",
      },
      { agent: 'a', attempted_tool: 'x' },
    ]);
    expect(await read({ last: 1 })).toHaveLength(1);
    expect(await read({ agent: 'a' })).toMatchObject([{ agent: 'a' }]);
    expect(await read({ tool: 'y', project: { name: 'mine' } })).toMatchObject([{ agent: 'b' }]);
    expect(await read({ project: { folder: '/work/other' } })).toEqual([]);
    expect(await read({ sinceMs: Date.now() + HOUR_MS })).toEqual([]);
    // The next change that reaches the database takes the cooldowns there.
    await back.fails(failure('connection', 'broken'));
    expect((await other.cooldowns.read()).cooldowns).toMatchObject([{ tool: 'bot', reason: 'quota' }]);
    expect(await back.local.read()).toEqual(NO_COOLDOWNS);
  });
});
