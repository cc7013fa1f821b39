import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statusOfPostgres } from '../../../src/ledger/postgres/admin.js';
import {
  HAS_POSTGRES,
  type PostgresServer,
  postgresPrograms,
  postgresServer,
  sql,
} from '../../postgres/server.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

/** What a user has set up. `files` are in the home folder, with their permissions. */
interface SetUp {
  what: string;
  url: string;
  env?: Record<string, string>;
  files?: Record<string, { text: string; mode: number }>;
  /** What the ledger says where it cannot connect; `null`: it can. */
  says: RegExp | null;
}

const PASSWORD = 'right-Secret';

whereInstalled('who may connect with psql', () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = await postgresServer();
    folder = mkdtempSync(path.join(tmpdir(), 'llm-libpq-'));
    sql(server, `CREATE ROLE libpq_user LOGIN PASSWORD '${PASSWORD}'`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const setUps = (): SetUp[] => {
    const { port } = server;
    const host = `127.0.0.1:${port}`;
    const url = `postgres://libpq_user@${host}/postgres`;
    const line = `127.0.0.1:${port}:*:libpq_user:`;
    const service = `[team]\nhost=127.0.0.1\nport=${port}\ndbname=postgres\nuser=libpq_user\n`;
    const pgpass = (password: string, mode = 0o600) => ({
      '.pgpass': { text: `${line}${password}\n`, mode },
    });
    return [
      { what: 'a password in the URL', url: url.replace('@', `:${PASSWORD}@`), says: null },
      { what: 'no password', url, says: /asks for a password, and none is stated/ },
      { what: 'PGPASSWORD', url, env: { PGPASSWORD: PASSWORD }, says: null },
      {
        what: 'a wrong PGPASSWORD before a right file',
        url,
        env: { PGPASSWORD: 'wrong-Secret' },
        files: pgpass(PASSWORD),
        says: /password authentication failed for user "libpq_user"/,
      },
      { what: '~/.pgpass', url, files: pgpass(PASSWORD), says: null },
      {
        what: '~/.pgpass that others can read',
        url,
        files: pgpass(PASSWORD, 0o644),
        says: /\.pgpass` is not used, since others can read it: `chmod 600/,
      },
      {
        what: 'PGPASSFILE',
        url,
        env: { PGPASSFILE: path.join(folder, 'mine') },
        files: { mine: { text: `*:*:*:*:${PASSWORD}\n`, mode: 0o600 } },
        says: null,
      },
      {
        what: 'all variables',
        url: 'postgres://',
        env: {
          PGHOST: '127.0.0.1',
          PGPORT: String(port),
          PGUSER: 'libpq_user',
          PGDATABASE: 'postgres',
          PGPASSWORD: PASSWORD,
        },
        says: null,
      },
      {
        what: 'PGSERVICE',
        url: 'postgres://',
        env: { PGSERVICE: 'team' },
        files: { '.pg_service.conf': { text: `${service}password=${PASSWORD}\n`, mode: 0o644 } },
        says: null,
      },
      {
        what: 'a service with a keyword that is misspelt',
        url: 'postgres://?service=team',
        files: {
          '.pg_service.conf': { text: `${service}passwort=${PASSWORD}\n`, mode: 0o644 },
          ...pgpass(PASSWORD),
        },
        says: /line 6 of \S+\.pg_service\.conf has the unknown keyword `passwort` \(did you mean `password`\?\)/,
      },
      {
        what: 'a service with a line without `=`',
        url: 'postgres://?service=team',
        files: { '.pg_service.conf': { text: `${service}${PASSWORD}\n`, mode: 0o644 }, ...pgpass(PASSWORD) },
        says: /line 6 of \S+\.pg_service\.conf is not `keyword=value`/,
      },
      {
        what: 'a service with keywords that make no difference',
        url: 'postgres://?service=team',
        files: {
          '.pg_service.conf': { text: `${service}keepalives_idle=60\nsslsni=1\n`, mode: 0o644 },
          ...pgpass(PASSWORD),
        },
        says: null,
      },
      {
        what: 'a service of the URL in PGSERVICEFILE, and ~/.pgpass',
        url: 'postgres://?service=team',
        env: { PGSERVICEFILE: path.join(folder, 'services') },
        files: { services: { text: service, mode: 0o644 }, ...pgpass(PASSWORD) },
        says: null,
      },
      {
        what: 'a service that is not there',
        url: 'postgres://?service=other',
        says: /names the service `other`/,
      },
      { what: 'PGSSLMODE', url, env: { PGPASSWORD: PASSWORD, PGSSLMODE: 'require' }, says: /has no TLS/ },
      {
        what: 'a socket',
        url: `postgres://libpq_user@/postgres?host=${encodeURIComponent(server.folder)}&port=${port}`,
        says: null,
      },
      {
        what: 'a socket of PGHOST',
        url: 'postgres:///postgres',
        env: { PGHOST: server.folder, PGPORT: String(port), PGUSER: 'libpq_user' },
        says: null,
      },
      {
        what: 'a database that is not there',
        url: `postgres://owner@${host}/none`,
        says: /"none" does not exist/,
      },
      {
        what: 'a parameter that is misspelt',
        url: `${url}?sslmod=require`,
        says: /has `sslmod`, which is not one of/,
      },
    ];
  };

  it('may use the ledger, and learns why not otherwise', async () => {
    for (const { what, url, env = {}, files = {}, says } of setUps()) {
      for (const [name, { text, mode }] of Object.entries(files))
        writeFileSync(path.join(folder, name), text, { mode });
      const variables = { HOME: folder, ...env };
      const status = await statusOfPostgres(await testPlace({ url, env: variables }), { now: Date.now });
      const psql = spawnSync(
        path.join(postgresPrograms() ?? '', 'psql'),
        ['-X', '-w', '-d', url, '-c', 'SELECT 1'],
        { encoding: 'utf8', env: variables },
      );
      const told = status.ok ? '' : `${status.error.message}\n${status.error.hint}`;
      expect([what, status.ok, psql.stderr]).toEqual([what, psql.status === 0, expect.any(String)]);
      expect([what, told]).toEqual([what, says === null ? '' : expect.stringMatching(says)]);
      expect(told).not.toContain('Secret');
      for (const name of Object.keys(files)) rmSync(path.join(folder, name));
    }
  });
});
