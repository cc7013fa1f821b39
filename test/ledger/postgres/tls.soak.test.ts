import { spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statusOfPostgres } from '../../../src/ledger/postgres/admin.js';
import { type Authority, HAS_OPENSSL, makeAuthority, sign } from '../../postgres/certificates.js';
import {
  HAS_POSTGRES,
  type PostgresServer,
  postgresPrograms,
  postgresServer,
  reload,
  sql,
  startServer,
  stop,
  unprivileged,
} from '../../postgres/server.js';
import { testPlace } from './bench.js';

const whereInstalled = HAS_POSTGRES && HAS_OPENSSL ? describe : describe.skip;

whereInstalled('a ledger on a server with TLS', () => {
  let folder: string;
  let server: PostgresServer;
  let [ours, theirs]: Partial<Authority>[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-tls-'));
    const made = makeAuthority(folder, 'ours');
    ours = made;
    theirs = makeAuthority(folder, 'theirs');
    install(sign(made, { folder, subject: 'by-name', names: 'DNS:localhost' }));
    const files = { ssl_cert_file: `${folder}/server.crt`, ssl_key_file: `${folder}/server.key` };
    server = await startServer(folder, { ssl: 'on', ssl_ca_file: made.cert, ...files });
    sql(server, 'CREATE ROLE by_cert LOGIN SUPERUSER');
    sql(server, "CREATE ROLE by_password LOGIN SUPERUSER PASSWORD 'right-Secret'");
    sql(server, "CREATE ROLE in_plain LOGIN SUPERUSER PASSWORD 'right-Secret'");
    sql(server, "SET password_encryption = md5; CREATE ROLE by_md5 LOGIN SUPERUSER PASSWORD 'right-Secret'");
    writeFileSync(
      path.join(folder, 'data', 'pg_hba.conf'),
      [
        'local all owner trust',
        'hostssl all by_cert 127.0.0.1/32 cert',
        'hostssl all owner 127.0.0.1/32 trust',
        'host all by_password 127.0.0.1/32 scram-sha-256',
        'hostssl all by_md5 127.0.0.1/32 md5',
        'hostnossl all in_plain 127.0.0.1/32 scram-sha-256\n',
      ].join('\n'),
    );
    reload(folder);
  });
  afterAll(() => {
    stop(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Gives the server a certificate. It reads the key only where that belongs to its own user. */
  const install = ({ cert, key }: Authority): void => {
    for (const [from, name] of [
      [cert, 'server.crt'],
      [key, 'server.key'],
    ] as const) {
      const to = path.join(folder, name);
      copyFileSync(from, to);
      const { uid, gid } = unprivileged();
      if (uid !== undefined && gid !== undefined) chownSync(to, uid, gid);
    }
  };
  /** `encrypted` or `plain`, or what is wrong and what to do. */
  const triedAt = async (host: string, query: string, user = 'owner'): Promise<string> => {
    const url = `postgres://${user}@${host}:${server.port}/postgres?${query}`;
    const status = await statusOfPostgres(await testPlace({ url, env: { HOME: folder } }), { now: Date.now });
    if (status.ok && status.value.trouble === null) return status.value.isEncrypted ? 'encrypted' : 'plain';
    if (status.ok) return `${status.value.trouble?.message}`;
    return `${status.error.message}\n${status.error.hint}`;
  };

  const psqlMay = (url: string): boolean =>
    spawnSync(path.join(postgresPrograms() ?? '', 'psql'), ['-X', '-w', '-d', url, '-c', 'SELECT 1'], {
      env: { HOME: folder },
    }).status === 0;

  it('is checked as far as `sslmode` asks for', async () => {
    const root = `sslrootcert=${ours?.cert}`;
    const other = `sslrootcert=${theirs?.cert}`;
    const untrusted = /has a certificate that is not trusted: .*\n.*`sslrootcert`/s;
    const misnamed = /has a certificate for another host: .*127\.0\.0\.1.*\n.*verify-ca/s;
    for (const [host, query, result] of [
      ['localhost', 'sslmode=require', /^encrypted$/],
      ['127.0.0.1', 'sslmode=prefer', /^encrypted$/],
      ['localhost', `sslmode=require&${root}`, /^encrypted$/],
      ['localhost', `sslmode=require&${other}`, untrusted],
      ['127.0.0.1', `sslmode=verify-ca&${root}`, /^encrypted$/],
      ['127.0.0.1', `sslmode=verify-ca&${other}`, untrusted],
      ['localhost', 'sslmode=verify-ca', untrusted],
      ['localhost', `sslmode=verify-full&${root}`, /^encrypted$/],
      ['127.0.0.1', `sslmode=verify-full&${root}`, misnamed],
      ['localhost', 'sslmode=verify-full', untrusted],
      ['localhost', 'sslmode=require&sslrootcert=system', untrusted],
      ['localhost', 'sslmode=disable', /no encryption\n.*`sslmode=require`/s],
      ['localhost', `sslmode=verify-full&sslrootcert=${folder}/none.pem`, /none\.pem`, which cannot be read/],
      ['localhost', 'sslmode=require&sslnegotiation=direct', /^encrypted$|needs PostgreSQL 17/],
      ['localhost', 'sslmode=require&options=endpoint%3Dep-1', /does not take the `options` of its URL/],
      ['localhost', 'sslmode=require&options=-c%20default_transaction_read_only%3Don', /can only be read/],
      ['localhost', 'ssl=true&application_name=ci%20job&pgbouncer=true', /^encrypted$/],
      ['localhost', 'sslmode=sometimes', /`sslmode` that is not one of/],
    ] as const)
      expect([query, await triedAt(host, query)]).toEqual([query, expect.stringMatching(result)]);
  });

  it('takes a certificate in place of a password', async () => {
    const { cert, key } = sign(ours as Authority, { folder, subject: 'by_cert', names: 'DNS:by_cert' });
    const query = `sslmode=verify-full&sslrootcert=${ours?.cert}`;
    const mine = `&sslcert=${cert}&sslkey=${key}`;
    expect(await triedAt('localhost', query + mine, 'by_cert')).toBe('encrypted');
    expect(await triedAt('localhost', query, 'by_cert')).toMatch(/certificate.*\n.*`sslcert` and `sslkey`/s);
  });

  it('gets a password that is tied to its certificate, as with psql', async () => {
    const unbound = /channel binding is required.*\n.*`channel_binding=prefer`/s;
    for (const [user, query, result] of [
      ['by_password', 'sslmode=require&channel_binding=require', /^encrypted$/],
      ['by_password', 'sslmode=require&channel_binding=prefer', /^encrypted$/],
      ['by_password', 'sslmode=require&channel_binding=disable', /^encrypted$/],
      ['by_password', 'sslmode=prefer&channel_binding=require', /^encrypted$/],
      ['by_password', 'sslmode=disable&channel_binding=prefer', /^plain$/],
      ['by_password', 'sslmode=disable&channel_binding=require', unbound],
      ['by_md5', 'sslmode=require&channel_binding=prefer', /^encrypted$/],
      ['by_md5', 'sslmode=require&channel_binding=require', unbound],
      ['owner', 'sslmode=require&channel_binding=require', unbound],
      ['by_password', 'sslmode=require&channel_binding=always', /`channel_binding` that is not one of/],
    ] as const) {
      const told = await triedAt('localhost', query, `${user}:right-Secret`);
      expect([user, query, told]).toEqual([user, query, expect.stringMatching(result)]);
      const url = `postgres://${user}:right-Secret@localhost:${server.port}/postgres?${query}`;
      expect([user, query, psqlMay(url)]).toEqual([user, query, /^(encrypted|plain)$/.test(told)]);
      expect(told).not.toContain('Secret');
    }
  });

  it('is spoken to with or without TLS, as the server lets in, as with psql', async () => {
    const wrong = /password authentication failed/;
    const noLine = /no pg_hba\.conf entry .*`pg_hba\.conf` of the server$/s;
    for (const [user, query, result] of [
      ['owner', 'sslmode=allow', /^encrypted$/],
      ['owner', '', /^encrypted$/],
      ['by_md5:right-Secret', 'sslmode=allow', /^encrypted$/],
      ['by_md5:wrong-Secret', 'sslmode=allow', wrong],
      ['by_password:right-Secret', 'sslmode=allow', /^plain$/],
      ['by_password:wrong-Secret', 'sslmode=allow', wrong],
      ['in_plain:right-Secret', 'sslmode=allow', /^plain$/],
      ['in_plain:wrong-Secret', 'sslmode=allow', wrong],
      ['in_plain:right-Secret', 'sslmode=prefer', /^plain$/],
      ['in_plain:wrong-Secret', 'sslmode=prefer', wrong],
      ['in_plain:right-Secret', 'sslmode=require', noLine],
      ['nobody', 'sslmode=allow', noLine],
      ['nobody', 'sslmode=prefer', /no pg_hba\.conf entry/],
    ] as const) {
      const told = await triedAt('localhost', query, user);
      expect([user, query, told]).toEqual([user, query, expect.stringMatching(result)]);
      const url = `postgres://${user}@localhost:${server.port}/postgres?${query}`;
      expect([user, query, psqlMay(url)]).toEqual([user, query, /^(encrypted|plain)$/.test(told)]);
    }
  });

  it('may be named by its address', async () => {
    install(sign(ours as Authority, { folder, subject: 'by-address', names: 'IP:127.0.0.1' }));
    reload(folder);
    const query = `sslmode=verify-full&sslrootcert=${ours?.cert}`;
    expect(await triedAt('127.0.0.1', query)).toBe('encrypted');
    expect(await triedAt('localhost', query)).toMatch(/has a certificate for another host/);
  });

  it('is not spoken to where TLS is asked for and the server has none', async () => {
    const { port } = await postgresServer();
    const at = async (mode: string) => {
      const url = `postgres://owner@127.0.0.1:${port}/postgres?sslmode=${mode}`;
      const status = await statusOfPostgres(await testPlace({ url }), { now: Date.now });
      return status.ok ? status.value.isEncrypted : `${status.error.message}\n${status.error.hint}`;
    };
    expect(await at('prefer')).toBe(false);
    expect(await at('allow')).toBe(false);
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      expect(await at(mode)).toMatch(/has no TLS: .*\n.*`ssl = on`.*`sslmode=prefer`/s);
  });
});
