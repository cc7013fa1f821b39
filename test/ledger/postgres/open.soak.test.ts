import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger, readLedger } from '../../../src/ledger/open-ledger.js';
import type { SharedPlace } from '../../../src/ledger/place.js';
import { migratePostgres, statusOfPostgres } from '../../../src/ledger/postgres/admin.js';
import type { PostgresPlace } from '../../../src/ledger/postgres/place.js';
import { NEWEST } from '../../../src/ledger/postgres/schema.js';
import { HAS_POSTGRES, type PostgresServer, postgresServer, sql } from '../../postgres/server.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

whereInstalled('a ledger in a PostgreSQL database', () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = await postgresServer();
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const at = (shared: PostgresPlace): SharedPlace => ({
    file: path.join(folder, 'ledger.db'),
    now: Date.now,
    shared,
  });
  /** What is wrong with a place; `null`: nothing. */
  const troubleAt = async (shared: PostgresPlace) => {
    const opened = await openLedger(at(shared));
    if (!opened.ok) return opened.error;
    opened.value.close();
    return null;
  };
  const url = (user: string, rest = 'postgres') => `postgres://${user}@127.0.0.1:${server.port}/${rest}`;
  /** Roles belong to the whole server, which test files share. */
  const role = (name: string, options: string): void => {
    sql(server, `DROP ROLE IF EXISTS ${name}`);
    sql(server, `CREATE ROLE ${name} LOGIN ${options}`);
  };

  it('is made once, by whichever of several comes first', async () => {
    const place = await testPlace();
    const done = await Promise.all([1, 2, 3, 4].map(() => migratePostgres(place, { now: Date.now })));
    expect(done.map((one) => one.ok && one.value).sort((a, b) => (a && b ? a.from - b.from : 0))).toEqual([
      { from: 0, to: NEWEST },
      { from: NEWEST, to: NEWEST },
      { from: NEWEST, to: NEWEST },
      { from: NEWEST, to: NEWEST },
    ]);
    expect(sql(server, `SELECT count(*) FROM ${place.schema}.schema_migrations`)).toBe(String(NEWEST));
    expect(await troubleAt(place)).toBeNull();
  });

  it('is made by the first run, and not by reading', async () => {
    const place = await testPlace();
    expect(await readLedger(at(place), (ledger) => ledger.reserved())).toEqual({ ok: true, value: null });
    expect(await troubleAt(place)).toBeNull();
    const read = await readLedger(at(place), (ledger) => ledger.reserved());
    expect(read).toEqual({ ok: true, value: { count: 0, microUsd: 0 } });
  });

  it('says what a plain user lacks, and works with the rights that are documented', async () => {
    const place = await testPlace();
    role('plain_user', '');
    const mine = { ...place, url: url('plain_user') };
    expect(await troubleAt(mine)).toMatchObject({
      kind: 'no_rights',
      message: expect.stringContaining(place.schema),
    });
    expect((await migratePostgres(place, { now: Date.now })).ok).toBe(true);
    expect(await troubleAt(mine)).toMatchObject({ kind: 'no_rights' });
    sql(server, `GRANT USAGE ON SCHEMA ${place.schema} TO plain_user`);
    expect(await troubleAt(mine)).toMatchObject({ kind: 'no_rights' });
    sql(server, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${place.schema} TO plain_user`);
    expect(await troubleAt(mine)).toBeNull();
    const status = await statusOfPostgres(mine, { now: Date.now });
    expect(status.ok && status.value).toMatchObject({
      role: 'plain_user',
      mayWrite: true,
      mayMigrate: false,
      isReadOnly: false,
      version: NEWEST,
      newest: NEWEST,
      trouble: null,
    });
    sql(server, 'DROP OWNED BY plain_user; DROP ROLE plain_user');
  });

  it('refuses a schema of a newer version, and one of another program', async () => {
    const newer = await testPlace();
    await migratePostgres(newer, { now: Date.now });
    sql(server, `INSERT INTO ${newer.schema}.schema_migrations VALUES (99, now())`);
    expect(await troubleAt(newer)).toMatchObject({ kind: 'newer' });
    expect(await migratePostgres(newer, { now: Date.now })).toMatchObject({
      ok: false,
      error: { kind: 'newer' },
    });
    const foreign = await testPlace();
    sql(server, `CREATE SCHEMA ${foreign.schema}; CREATE TABLE ${foreign.schema}.invocations (id int)`);
    expect(await troubleAt(foreign)).toMatchObject({ kind: 'foreign' });
    expect(await migratePostgres(foreign, { now: Date.now })).toMatchObject({
      ok: false,
      error: { kind: 'foreign' },
    });
  });

  it('uses an empty schema that an owner has made', async () => {
    const place = await testPlace();
    sql(server, `CREATE SCHEMA ${place.schema}`);
    expect(await troubleAt(place)).toBeNull();
  });

  it('tells why it cannot be used, and never shows a password', async () => {
    role('with_password', "PASSWORD 'right-Secret'");
    const place = await testPlace({ connectTimeoutMs: 20_000 });
    const troubles = await Promise.all([
      troubleAt({ ...place, url: url('with_password:wrong-Secret') }),
      troubleAt({ ...place, url: url('with_password') }),
      troubleAt({ ...place, url: url('owner:wrong-Secret', 'nowhere') }),
      troubleAt({ ...place, url: url('nobody_here:wrong-Secret') }),
      troubleAt({ ...place, url: 'postgres://me:wrong-Secret@127.0.0.1:1/x' }),
      troubleAt({ ...place, url: 'postgres://me:wrong-Secret@127.0.0.1:1/x?ssl_mode=on' }),
      troubleAt({ ...place, url: `${url('owner:wrong-Secret')}?sslmode=require` }),
      troubleAt({ ...place, url: `${url('owner')}?options=-c%20default_transaction_read_only%3Don` }),
    ]);
    expect(troubles.map((one) => one?.kind)).toEqual([
      'denied',
      'denied',
      'no_database',
      'denied',
      'away',
      'bad_url',
      'away',
      'read_only',
    ]);
    expect(JSON.stringify(troubles)).not.toContain('Secret');
    expect(troubles[4]?.message).toBe(
      'the ledger `postgres://me@127.0.0.1:1/x` cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    );
    const allowed = { ...place, url: url('with_password'), env: { PGPASSWORD: 'right-Secret' } };
    expect(await troubleAt(allowed)).toMatchObject({ kind: 'no_rights' });
  });

  it('answers within the time to connect where nothing answers', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const place = await testPlace({ url: `postgres://me@127.0.0.1:${port}/x`, connectTimeoutMs: 300 });
    expect(await troubleAt(place)).toMatchObject({
      kind: 'away',
      message: expect.stringContaining('no answer in time'),
    });
    silent.close();
  });
});
