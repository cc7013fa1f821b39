import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isPostgresUrl, urlScheme, urlWithoutSecrets } from '../../../src/domain/database-url.js';
import { parametersOf } from '../../../src/domain/postgres-url.js';
import { textOf } from '../../../src/ledger/postgres/literal.js';
import { settingsOf } from '../../../src/ledger/postgres/settings.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'llm-pg-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const settled = (url: string, env: Record<string, string> = {}) => {
  const place = { url, schema: 's', leaseMs: 1, connectTimeoutMs: 5000, env: { HOME: home, ...env } };
  const found = settingsOf(place);
  if (!found.ok) throw new Error(found.error.why);
  return found.value;
};

describe('the URL of a database', () => {
  it.each([
    [
      'postgres://u:p%40ss@db.example:5433/team',
      { user: 'u', password: 'p@ss', host: 'db.example', port: '5433', dbname: 'team' },
    ],
    ['postgresql://db.example', { host: 'db.example' }],
    ['postgres:///team?host=/run/postgresql', { dbname: 'team', host: '/run/postgresql' }],
    ['postgres://u@/team', { user: 'u', dbname: 'team' }],
    [
      'postgres://[::1]:5/x?sslmode=verify-full&connect_timeout=2',
      { host: '::1', port: '5', dbname: 'x', sslmode: 'verify-full', connect_timeout: '2' },
    ],
    ['postgres://', {}],
    [
      'postgres://u@ep-1.neon.example/x?sslmode=require&channel_binding=require&options=endpoint%3Dep-1',
      {
        user: 'u',
        host: 'ep-1.neon.example',
        dbname: 'x',
        sslmode: 'require',
        channel_binding: 'require',
        options: 'endpoint=ep-1',
      },
    ],
    ['postgres://h?ssl=true&pgbouncer=true', { host: 'h', sslmode: 'require', pgbouncer: 'true' }],
    [
      'postgres://h?target_session_attrs=read-write&application_name=ci%20job&gssencmode=disable',
      { host: 'h', target_session_attrs: 'read-write', application_name: 'ci job', gssencmode: 'disable' },
    ],
  ])('%s is read as libpq reads it', (url, parameters) => {
    expect(parametersOf(url)).toEqual({ ok: true, value: parameters });
  });

  it.each([
    ['postgres://h/db?sslmod=require', /`sslmod`/],
    ['postgres://h/db?pass word=secret', /a parameter/],
    ['postgres://u:100%@h/db', /hexadecimal/],
    ['postgres://u:secret@h:x:y/db', /host/],
    ['postgres://u:secret@a:1,b:2/db', /several hosts/],
    ['postgres:///db?host=a,b', /several hosts/],
    ['postgres://h:70000/db', /port/],
    ['postgres://h/db?connect_timeout=soon', /`connect_timeout` that is not a number/],
    [
      'postgres://h/db?channel_binding=always',
      /`channel_binding` that is not one of disable, prefer, require/,
    ],
    ['postgres://h/db?target_session_attrs=standby', /`target_session_attrs` that is not one of any, read-w/],
    ['postgres://h/db?gssencmode=require', /`gssencmode` that is not one of/],
    ['postgres://h/db?connection_limit=1', /has `connection_limit`, which is not one of/],
    ['postgres://h/db?ssl=no', /has `ssl`, which/],
  ])('%s is refused', (url, why) => {
    const found = parametersOf(url);
    expect(found.ok ? '' : found.error.why).toMatch(why);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it.each([
    'postgres://me:se%cret@db.example:5432/team?sslmode=require',
    'postgres://me:se/cr@et@db.example:5432/team?password=secret',
    'postgres://me:se?cret@db.example:5432/team',
    'postgres://me:se?a=cr@db.example:5432/team',
    'postgres://me@db.example:5432/team?password=se@cr',
  ])('is shown without its password: %s', (url) => {
    expect(urlWithoutSecrets(url)).toBe('postgres://me@db.example:5432/team');
  });

  it('shows nothing of a password in its parameters', () => {
    expect(urlWithoutSecrets('postgres://h/db?password=x@y')).toBe('postgres://h/db');
    expect(urlWithoutSecrets('postgres://h:5/db?password=x@y')).toBe('postgres://h:5/db');
  });

  it('is told from a path', () => {
    expect(['postgres://a', 'POSTGRESQL://a', 'mysql://a', 'a/b.db', 'C:\\a'].map(isPostgresUrl)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(urlScheme('foo://x')).toBe('foo');
  });
});

describe('the way to a database', () => {
  it('follows the URL, then the service, then the variables', () => {
    const file = path.join(home, 'services');
    writeFileSync(
      file,
      '# ours\n[other]\nhost=no\n\n[team]\nhost=from-service\nport=6000\nuser=service-user\n',
    );
    const env = {
      PGSERVICEFILE: file,
      PGHOST: 'from-env',
      PGUSER: 'env-user',
      PGPASSWORD: 'secret',
      PGDATABASE: 'd',
    };
    const found = settled('postgres://url-user@/?service=team', env);
    const { host, port, user, password, database } = found;
    expect({ host, port, user, password, database }).toEqual({
      host: 'from-service',
      port: 6000,
      user: 'url-user',
      password: 'secret',
      database: 'd',
    });
    expect(
      settingsOf({
        url: 'postgres://?service=none',
        schema: 's',
        leaseMs: 1,
        connectTimeoutMs: 1,
        env: { HOME: home },
      }),
    ).toEqual({
      ok: false,
      error: { why: expect.stringContaining('service `none`'), unknown: null },
    });
  });

  it.each([
    ['hots=a', /^names a service of which line 4 of \S+\/services has the unknown keyword `hots`$/],
    ['schema=a', /line 4 of \S+ has the unknown keyword `schema`/],
    ['service=other', /line 4 of \S+ has the unknown keyword `service`/],
    ['password:secret', /line 4 of \S+ is not `keyword=value`/],
    ['ldap://secret/x?y=z', /line 4 of \S+ is not `keyword=value`/],
  ])('is not taken from a service with the line %s', (line, why) => {
    const file = path.join(home, 'services');
    writeFileSync(file, `# ours\n[team]\nhost=h\n${line}\n[other]\n`);
    const env = { HOME: home, PGSERVICEFILE: file };
    const place = (service: string) => ({
      url: `postgres://?service=${service}`,
      schema: 's',
      leaseMs: 1,
      connectTimeoutMs: 1,
      env,
    });
    const found = settingsOf(place('team'));
    expect(found.ok ? '' : found.error.why).toMatch(why);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(settingsOf(place('other')).ok).toBe(true);
  });

  it('may be in a service with keywords of libpq that are not used, and ends with its section', () => {
    const file = path.join(home, 'services');
    const kept = 'keepalives_idle=30\nsslcrl=/x\nhost=first\nhost=second\n';
    writeFileSync(file, `[team]\n${kept}[other]\nport=1\n[team]\nport=2\n`);
    const found = settled('postgres://?service=team', { PGSERVICEFILE: file });
    expect(found).toMatchObject({ host: 'first', port: 5432 });
  });

  it('finds the password in a file that others cannot read', () => {
    const file = path.join(home, '.pgpass');
    writeFileSync(file, '# a\nelse:*:*:*:wrong\ndb\\:x:5432:team:me:a\\:b\\\\c\n*:*:*:you:yours\n');
    chmodSync(file, 0o600);
    expect(settled('postgres://me@db%3Ax/team').password).toBe('a:b\\c');
    expect(settled('postgres://you@any/thing').password).toBe('yours');
    expect(settled('postgres://they@any/thing').password).toBeNull();
    expect(settled('postgres://you@any/thing').openPassfile).toBeNull();
    chmodSync(file, 0o644);
    expect(settled('postgres://you@any/thing')).toMatchObject({ password: null, openPassfile: file });
  });

  it.each([
    ['postgres://db.example', 'prefer', false, false],
    ['postgres://localhost', 'allow', false, false],
    ['postgres://localhost?sslmode=disable', 'disable', false, false],
    ['postgres://db.example?sslmode=allow', 'allow', false, false],
    ['postgres://db.example?sslmode=require', 'require', false, false],
    ['postgres://db.example?sslmode=verify-ca', 'require', true, false],
    ['postgres://db.example?sslmode=verify-full', 'require', true, true],
    ['postgres://db.example?sslmode=require&sslrootcert=system', 'require', true, true],
    ['postgres:///x?host=/run&sslmode=require', 'disable', false, false],
  ])('%s is encrypted as its sslmode says', (url, mode, checksCertificate, checksName) => {
    expect(settled(url).tls).toMatchObject({ mode, checksCertificate, checksName });
  });

  it.each([
    ['postgres://db.example', {}, 'prefer', 'prefer'],
    ['postgres://localhost?channel_binding=require', {}, 'require', 'prefer'],
    ['postgres://localhost?channel_binding=prefer', {}, 'prefer', 'allow'],
    ['postgres://db.example', { PGCHANNELBINDING: 'disable' }, 'disable', 'prefer'],
  ])('%s with %j ties the password to the certificate as it says', (url, env, channelBinding, mode) => {
    expect(settled(url, env)).toMatchObject({ channelBinding, tls: { mode } });
  });

  it('begins with TLS only where TLS is asked for', () => {
    expect(settled('postgres://h?sslmode=require&sslnegotiation=direct').tls.isDirect).toBe(true);
    expect(settled('postgres://h?sslmode=require').tls.isDirect).toBe(false);
    expect(() => settled('postgres://h?sslnegotiation=direct')).toThrow('needs `sslmode=require`');
    expect(() => settled('postgres://h', { PGCHANNELBINDING: 'on' })).toThrow('`channel_binding`');
  });

  it('takes a CA from a file, and names one that cannot be read', () => {
    const file = path.join(home, 'ca.pem');
    writeFileSync(file, 'PEM');
    expect(settled(`postgres://h?sslmode=require&sslrootcert=${file}`).tls).toMatchObject({
      ca: 'PEM',
      checksCertificate: true,
    });
    expect(() => settled('postgres://h?sslmode=require&sslrootcert=/no/ca.pem')).toThrow('/no/ca.pem');
  });

  it('waits for a connection as long as the URL says, in seconds', () => {
    expect(settled('postgres://h?connect_timeout=2').connectTimeoutMs).toBe(2000);
    expect(settled('postgres://h', { PGCONNECT_TIMEOUT: '3' }).connectTimeoutMs).toBe(3000);
    expect(settled('postgres://h?connect_timeout=0').connectTimeoutMs).toBe(5000);
  });
});

describe('the text of a statement', () => {
  it('quotes what it is given', () => {
    const given = ["it's", "back\\slash'", 'nul\0', -1, null, true, ['a', "b'"], []];
    const sql = '$1 $2 $3 $4 $5 $6 $7 $8::text[]';
    expect(textOf({ sql, values: given as never })).toBe(
      "'it''s'  E'back\\\\slash''' 'nul\uFFFD' (-1) NULL true ARRAY['a','b'''] ARRAY[]::text[]",
    );
    const part = textOf({ sql: 'a = $1', values: ['costs $1 or $2'] });
    expect(textOf({ sql: `${part} AND b = $1`, values: ['x'] })).toBe(
      "a =  E'costs \\0441 or \\0442' AND b = 'x'",
    );
    expect(() => textOf({ sql: '$2', values: [1] })).toThrow('no value for $2');
    expect(() => textOf({ sql: '$1', values: [Number.NaN] })).toThrow('no number');
  });
});
