import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger, readLedger } from '../../../src/ledger/open-ledger.js';
import type { SharedPlace } from '../../../src/ledger/place.js';
import { migratePostgres, statusOfPostgres } from '../../../src/ledger/postgres/admin.js';
import {
  HAS_POSTGRES,
  type PostgresServer,
  promote,
  sql,
  startReplica,
  startServer,
  stop,
} from '../../postgres/server.js';
import { asking, ended, good } from '../attempts.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;
const TODAY = new Date().toISOString().slice(0, 10);

whereInstalled('a replica of the database of a ledger', () => {
  const folders: string[] = [];
  let primary: PostgresServer;
  let replica: PostgresServer;
  beforeAll(async () => {
    const newFolder = (): string => {
      const folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-replica-'));
      folders.push(folder);
      return folder;
    };
    primary = await startServer(newFolder());
    replica = await startReplica(newFolder(), primary);
  });
  afterAll(() => {
    for (const folder of folders) {
      stop(folder, 'immediate');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is refused for runs, can be read, and is used once it is the primary', async () => {
    const place = await testPlace({ url: primary.url });
    const at = (shared: typeof place): SharedPlace => ({
      file: path.join(primary.folder, 'ledger.db'),
      now: Date.now,
      shared,
    });
    const onReplica = { ...place, url: replica.url };
    const first = good(await openLedger(at(place)));
    good(await first.settle({ ...ended('A', 300), day: TODAY }));
    first.close();
    const written = sql(primary, 'SELECT pg_current_wal_lsn()');
    while (sql(replica, `SELECT pg_last_wal_replay_lsn() >= '${written}'`) !== 't');

    expect(await statusOfPostgres(onReplica, { now: Date.now })).toMatchObject({
      ok: true,
      value: { isReadOnly: true, trouble: { kind: 'read_only' }, contents: { reservations: { count: 0 } } },
    });
    const spentOf = async (place: SharedPlace) =>
      good(await readLedger(place, (ledger) => ledger.spend([{ scope: 'team', period: TODAY }])));
    expect(await spentOf(at(onReplica))).toMatchObject([{ settledMicroUsd: 300 }]);
    const writer = await openLedger(at(onReplica));
    const refused = writer.ok ? await writer.value.admit(asking('B', 1, {}, Date.now())) : writer;
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'read_only', hint: expect.stringContaining('name the primary server') },
    });
    if (writer.ok) writer.value.close();
    expect(await migratePostgres({ ...onReplica, schema: 'another' }, { now: Date.now })).toMatchObject({
      ok: false,
      error: { kind: 'read_only' },
    });

    stop(primary.folder, 'immediate');
    promote(replica.folder);
    const after = good(await openLedger(at(onReplica)));
    good(await after.settle({ ...ended('B', 200), day: TODAY }));
    after.close();
    expect(await spentOf(at(onReplica))).toMatchObject([{ settledMicroUsd: 500 }]);
    folders.splice(folders.indexOf(primary.folder), 1);
    rmSync(primary.folder, { recursive: true, force: true });
  });
});
