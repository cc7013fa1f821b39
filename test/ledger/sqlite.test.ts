import { execFileSync, type StdioOptions } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ok } from '../../src/domain/result.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import type { LedgerReader } from '../../src/ledger/ledger.js';
import { SESSIONS } from '../../src/ledger/migrations/007-sessions.js';
import { MIGRATIONS } from '../../src/ledger/migrations/index.js';
import { openFile, openToRead } from '../../src/ledger/open.js';
import { openLedger, readLedger } from '../../src/ledger/open-ledger.js';
import { hasPending, keepPending } from '../../src/ledger/pending.js';
import { RunLedger } from '../../src/ledger/run-ledger.js';
import { type Database, openDatabase } from '../../src/ledger/sqlite.js';
import { troubleOf } from '../../src/ledger/trouble.js';
import { SUM_COLUMNS } from '../../src/ledger/usage-sums.js';
import { openFiles, openNow } from '../rig/open-files.js';
import { itInSoak } from '../soak.js';
import { asking, ended, good, spentIn } from './attempts.js';

/** Every migration as it was released; a new one adds a file. */
const RELEASED = path.join('test', 'fixtures', 'ledger');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-sqlite-'));
  file = path.join(folder, 'deep', 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = () => Date.UTC(2026, 10, 20, 12);
const QUERY = { scope: 'all', period: '2026-11-20' };

async function database(): Promise<Database> {
  mkdirSync(path.dirname(file), { recursive: true });
  const db = await openDatabase(file);
  if (db === null) throw new Error('no driver');
  return db;
}

const onLinux = process.platform === 'linux' ? it : it.skip;
const asRoot = process.getuid?.() === 0 ? it : it.skip;

function openTo(target: string): void {
  writeFileSync(target, '');
  chmodSync(target, 0o666);
}

async function opened() {
  return good(await openLedger({ file, now }));
}

/** Opens the file in another process, counts attempts, and closes it. */
function countElsewhere(): number {
  const script = `
    const node = process.getBuiltinModule?.('node:sqlite');
    const db = node === undefined ? new (require('libsql'))(process.argv[1]) : new node.DatabaseSync(process.argv[1]);
    console.log(db.prepare('SELECT count(*) AS n FROM attempts').all()[0].n);
    db.close();
  `;
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
  return Number(execFileSync(process.execPath, ['-e', script, file], { encoding: 'utf8', stdio }));
}

describe('the file', () => {
  itInSoak('keeps what is written after it was read before, while other processes close it', async () => {
    good(await (await opened()).settle(ended('A', 5)));
    // libsql keeps a closed connection until it is garbage-collected: so does a read before the first write of a run.
    const reading = good(await openToRead(file));
    reading?.all('SELECT * FROM attempts');
    const writing = await opened();
    expect(countElsewhere()).toBe(1);
    good(await writing.settle(ended('B', 5)));
    expect(countElsewhere()).toBe(2);
    writing.close();
    reading?.close();
  });

  it('is private to the user, with its folder and side files', async () => {
    const ledger = await opened();
    good(await ledger.settle(ended('A', 5)));
    const modes = readdirSync(path.dirname(file)).map(
      (name) => statSync(path.join(path.dirname(file), name)).mode & 0o777,
    );
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    ledger.close();
  });

  it('is in WAL mode, whichever driver opened it', async () => {
    const db = good(await openFile(file));
    expect(db.all('PRAGMA journal_mode')[0]).toMatchObject({ journal_mode: 'wal' });
    expect(db.all('PRAGMA synchronous')[0]).toMatchObject({ synchronous: 1 });
    db.close();
  });

  it('is not created by reading', async () => {
    expect(await openToRead(file)).toEqual({ ok: true, value: null });
    expect(existsSync(path.dirname(file))).toBe(false);
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    expect(await readLedger({ file, now }, (ledger) => ledger.spend([QUERY]))).toMatchObject({
      value: [{ settledMicroUsd: 40 }],
    });
    expect([existsSync(file), hasPending(file)]).toEqual([false, true]);
  });

  it('is opened once for a run that reads first', async () => {
    (await opened()).close();
    expect(await openFiles(file)).toEqual([]);
    const access = ledgerAccess({ file, now, project: '', warn: () => undefined });
    await access.read((ledger) => ledger.spend([QUERY]), { staysOpen: true });
    good(await good(await access.open()).settle(ended('A', 40)));
    expect((await openFiles(file)).filter((name) => name === file)).toEqual([file]);
    expect(await access.read((ledger) => ledger.spend([QUERY]))).toMatchObject({
      value: [{ settledMicroUsd: 40 }],
    });
    await access.close();
    expect(await openFiles(file)).toEqual([]);
  });

  it('is made by a run that found only pending records when it read first', async () => {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    const access = ledgerAccess({ file, now, project: '', warn: () => undefined });
    await access.read((ledger) => ledger.spend([QUERY]), { staysOpen: true });
    expect(existsSync(file)).toBe(false);
    good(await access.open());
    expect([existsSync(file), hasPending(file)]).toEqual([true, false]);
    await access.close();
  });

  it('loses nothing when processes end without closing it, and empties its log when that is long', async () => {
    const ledger = await opened();
    const log = () => statSync(`${file}-wal`).size;
    good(await ledger.settle(ended('A', 40)));
    const short = log();
    ledger.leave();
    expect(log()).toBe(short);
    for (let n = 0; log() < 512 * 1024; n++) good(await ledger.settle(ended(`run ${n}`, 0)));
    ledger.leave();
    expect(log()).toBe(0);
    expect(await readLedger({ file, now }, (one) => one.spend([QUERY]))).toMatchObject({
      value: [{ settledMicroUsd: 40 }],
    });
    ledger.close();
  });

  it('is closed after reads, also when they overlap', async () => {
    (await opened()).close();
    const access = ledgerAccess({ file, now, project: '', warn: () => undefined });
    await Promise.all([1, 2].map(() => access.read((ledger) => ledger.spend([QUERY]))));
    expect(await openFiles(file)).toEqual([]);
    await Promise.all([1, 2].map(() => access.read((ledger) => ledger.spend([QUERY]), { staysOpen: true })));
    await access.close();
    expect(await openFiles(file)).toEqual([]);
  });

  onLinux(
    'leaves no more files open, however often it is opened and closed before the event loop turns',
    async () => {
      (await opened()).close();
      await openFiles(file);
      const counts: number[] = [];
      for (let round = 0; round < 50; round++) {
        const ledger = await opened();
        good(await ledger.settle(ended(`run ${round}`, 5)));
        ledger.close();
        await readLedger({ file, now }, (reader) => reader.spend([QUERY]));
        counts.push(openNow(file).length);
      }
      expect(Math.max(...counts)).toBeLessThanOrEqual(3);
      expect(await openFiles(file)).toEqual([]);
    },
  );

  it('is opened anew after it was replaced', async () => {
    const ledger = await opened();
    good(await ledger.settle(ended('A', 5)));
    ledger.close();
    renameSync(path.dirname(file), path.join(folder, 'old'));
    const other = await opened();
    expect(await spentIn(other, 'all')).toEqual([0, 0]);
    other.close();
  });

  itInSoak(
    'that was replaced while it was open gives out no money, and what was spent counts in both',
    async () => {
      const access = ledgerAccess({ file, now, project: '', warn: () => undefined });
      const ledger = good(await access.open());
      good(await ledger.admit(asking('A', 40, { all: 100 })));
      renameSync(path.dirname(file), path.join(folder, 'old'));
      const other = await opened();
      for (const result of [await ledger.admit(asking('B', 40, { all: 100 })), await ledger.check()])
        expect(result).toMatchObject({ ok: false, error: { kind: 'replaced' } });
      await new RunLedger(access, () => true).settle(ended('A', 30), { isLast: true });
      expect(await spentIn(ledger, 'all')).toEqual([30, 0]);
      good(await other.admit(asking('C', 1, { all: 100 })));
      expect(await spentIn(other, 'all')).toEqual([30, 1]);
      await access.close();
      good(await other.settle(ended('C', 1)));
      expect(countElsewhere()).toBe(2);
      other.close();
    },
  );

  it('is free for others after it is closed in the middle of a transaction', async () => {
    (await opened()).close();
    const db = await database();
    db.all('SELECT * FROM attempts');
    db.exec('BEGIN IMMEDIATE');
    db.close();
    expect(() => db.all('SELECT 1')).toThrow();
    const other = await opened();
    good(await other.settle(ended('A', 5)));
    expect(await spentIn(other, 'all')).toEqual([5, 0]);
    other.close();
  });

  it('is not changed by reading, even when maintenance is due', async () => {
    const db = await database();
    for (const sql of MIGRATIONS.slice(0, 1)) db.exec(sql);
    db.exec('PRAGMA user_version = 1');
    for (const sql of FIRST_ROWS) db.exec(sql);
    db.close();
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    const before = readFileSync(file);
    expect(await readLedger({ file, now }, (ledger) => ledger.spend([QUERY]))).toMatchObject({
      value: [{ settledMicroUsd: 47 }],
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(hasPending(file)).toBe(true);
  });

  it('of a newer version is refused and not changed', async () => {
    const db = await database();
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const before = readFileSync(file);
    for (const result of [await openFile(file), await openToRead(file)])
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'newer', hint: expect.stringContaining('update llm-router') },
      });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of another program is refused and not changed', async () => {
    for (const sql of ['CREATE TABLE moz_places (id)', 'PRAGMA application_id = 1196444487']) {
      const db = await database();
      db.exec(sql);
      db.close();
      const before = readFileSync(file);
      for (const result of [await openFile(file), await openToRead(file)])
        expect(result).toMatchObject({ ok: false, error: { kind: 'foreign' } });
      expect(readFileSync(file).equals(before)).toBe(true);
      rmSync(file);
    }
  });

  it('is marked as a ledger, also when it was made before ledgers were marked', async () => {
    const db = await database();
    for (const sql of MIGRATIONS.slice(0, 4)) db.exec(sql);
    db.exec('PRAGMA user_version = 4');
    db.close();
    const again = good(await openFile(file));
    expect(again.all('PRAGMA application_id')).toMatchObject([{ application_id: 0x4c4c4d52 }]);
    again.close();
  });

  it.each([
    ['the file', () => chmodSync(file, 0o666), 'other users can change it'],
    ['its write-ahead log', () => openTo(`${file}-wal`), 'other users can change it'],
    ['its folder', () => chmodSync(path.dirname(file), 0o777), 'other users can write to its folder'],
  ])('is not believed where others can write: %s', async (_, open, why) => {
    (await opened()).close();
    open();
    for (const result of [await openFile(file), await openToRead(file)])
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'not_own', message: `the ledger \`${file}\` is not believed: ${why}` },
      });
  });

  it('may be in a folder with the sticky bit, such as /tmp', async () => {
    mkdirSync(path.dirname(file));
    chmodSync(path.dirname(file), 0o1777);
    const ledger = await openLedger({ file, now });
    expect(ledger.ok).toBe(true);
    if (ledger.ok) ledger.value.close();
  });

  asRoot('of another user is not believed, and neither is one in a folder of another user', async () => {
    (await opened()).close();
    for (const one of [file, path.dirname(file)]) {
      chownSync(one, 65_534, 65_534);
      expect(await openLedger({ file, now })).toMatchObject({ ok: false, error: { kind: 'not_own' } });
      chownSync(one, 0, 0);
    }
    (await opened()).close();
  });

  it('that is no database is refused and not changed', async () => {
    mkdirSync(path.dirname(file), { recursive: true });
    const text = 'not a database at all, although long enough to be one '.repeat(200);
    writeFileSync(file, text);
    for (const result of [await openFile(file), await openToRead(file)])
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'damaged', message: expect.stringContaining(file) },
      });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('that is damaged is reported as damaged', async () => {
    const ledger = await opened();
    for (let n = 0; n < 200; n++) good(await ledger.settle(ended(`run ${n}`, 5, { scopes: [`scope ${n}`] })));
    ledger.close();
    const db = await database();
    db.all('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    rmSync(`${file}-wal`, { force: true });
    rmSync(`${file}-shm`, { force: true });
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));
    const again = await openLedger({ file, now });
    const result = again.ok ? await again.value.admit(asking('B', 1, { all: 5 })) : again;
    expect(result).toMatchObject({ ok: false, error: { kind: 'damaged' } });
    if (again.ok) again.value.close();
  });

  it('below a file, or a folder itself, cannot be opened', async () => {
    writeFileSync(path.join(folder, 'plain'), '');
    for (const bad of [path.join(folder, 'plain', 'ledger.db'), folder])
      expect(await openLedger({ file: bad, now })).toMatchObject({
        ok: false,
        error: { kind: 'cannot_open' },
      });
  });
});

it('treats only errors of SQLite and of the system as trouble with the file', () => {
  expect(
    troubleOf(Object.assign(new Error('disk'), { code: 'ENOSPC', syscall: 'write' }), file),
  ).toMatchObject({
    kind: 'full',
  });
  const bug = new Error('the answer cannot be made');
  expect(() => troubleOf(bug, file)).toThrow(bug);
});

/** A run as the first schema kept it. */
const FIRST_ROWS = [
  `INSERT INTO spend VALUES ('all', '2026-11-20', 7)`,
  `INSERT INTO invocations (id, trace_id, session, day, started_ms, project, policy, tool, model, status, attempts, latency_ms, because,
    tags, forced, charged_micro_usd, basis, billing)
    VALUES ('I', 't', 's', '2026-11-20', 0, '', 'default', 't', 'm', 'succeeded', 1, 5, '[]', '{}', 0, 7, 'reported', 'api')`,
  `INSERT INTO attempts (id, invocation_id, n, day, scopes, tool, model, started_ms, status, charged_micro_usd, basis, billing,
    counted_micro_usd, overrun_micro_usd, final)
    VALUES ('I:1', 'I', 1, '2026-11-20', '["all"]', 't', 'm', 0, 'succeeded', 7, 'reported', 'api', 7, 0, 1)`,
];

/** What it added to the sums by day, as the schemas did that had these first. */
const SUMS = SUM_COLUMNS.filter((column) => column !== 'calls').join(', ');
const FIRST_SUMS = `INSERT INTO daily_usage (day, agent, tool, model, ${SUMS})
  SELECT day, agent, tool, model, ${SUMS.replaceAll(/(\w+)/g, 'sum($1)')} FROM usage_rows GROUP BY 1, 2, 3, 4`;

const SESSION_SUMS = SESSIONS.split(';').filter((sql) => sql.trim().startsWith('INSERT'));

async function expectFirstRun(ledger: LedgerReader, isThere: boolean): Promise<void> {
  expect(await spentIn(ledger, 'all')).toEqual([isThere ? 7 : 0, 0]);
  const [groups = []] = good(await ledger.usage({ since: '2026-11-20', until: '2026-11-20' }, [['model']]));
  expect(groups.map(({ keys, sums }) => [keys[0], sums.invocations, sums.charged_micro_usd])).toEqual(
    isThere ? [['m', 1, 7]] : [],
  );
  const [sessions = []] = good(
    await ledger.usage({ since: '2026-11-20', until: '2026-11-20' }, [['session']]),
  );
  expect(sessions.map(({ keys, sums, latencies }) => [keys, sums.charged_micro_usd, latencies])).toEqual(
    isThere ? [[['s'], 7, [{ aboutMs: 5, invocations: 1 }]]] : [],
  );
}

describe('a schema', () => {
  it.each(MIGRATIONS.map((_, index) => index))(
    'of version %i becomes the newest, with its money',
    async (version) => {
      const db = await database();
      for (const sql of MIGRATIONS.slice(0, version)) db.exec(sql);
      db.exec(`PRAGMA user_version = ${version}`);
      if (version > 0) for (const sql of FIRST_ROWS) db.exec(sql);
      // From version 3 on an invocation is added to the sums by day when it is recorded.
      if (version > 2) db.exec(FIRST_SUMS);
      // From version 7 on also to those of its session.
      if (version > 6) for (const sql of SESSION_SUMS) db.exec(sql);
      db.close();
      await readLedger({ file, now }, async (ledger) => ok(await expectFirstRun(ledger, version > 0)));
      const ledger = await opened();
      await expectFirstRun(ledger, version > 0);
      ledger.close();
    },
  );

  it('that was released is never edited', () => {
    const released = readdirSync(RELEASED).sort();
    expect(MIGRATIONS.slice(0, released.length)).toEqual(
      released.map((name) => readFileSync(path.join(RELEASED, name), 'utf8')),
    );
    expect(released.length).toBe(MIGRATIONS.length);
  });
});

describe('rows that a run leaves for the next one', () => {
  it('are taken in once, however often the ledger is opened', async () => {
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    await keepPending(file, { attempts: [ended('B', 2)], invocation: null });
    expect(hasPending(file)).toBe(true);
    const [one, two] = [await opened(), await opened()];
    expect(await spentIn(one, 'all')).toEqual([42, 0]);
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    await keepPending(file, { attempts: [ended('C', 8)], invocation: null });
    expect(good(await two.admit(asking('D', 51, { all: 100 })))).toEqual({ refusal: 'all' });
    expect(await spentIn(one, 'all')).toEqual([50, 0]);
    expect(hasPending(file)).toBe(false);
    one.close();
    two.close();
  });

  it('are set aside when damaged, without losing others', async () => {
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    writeFileSync(path.join(`${file}.pending`, 'half.json'), '{"attempts":[{"id":');
    const ledger = await opened();
    expect(await spentIn(ledger, 'all')).toEqual([40, 0]);
    expect(readdirSync(`${file}.pending`)).toEqual(['half.json.damaged']);
    ledger.close();
  });

  it('are set aside where another user may have written them, with a warning', async () => {
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    await keepPending(file, { attempts: [ended('B', 2)], invocation: null });
    const [first = ''] = readdirSync(`${file}.pending`).sort();
    chmodSync(path.join(`${file}.pending`, first), 0o666);
    const warnings: string[] = [];
    const ledger = good(await openLedger({ file, now, warn: (message) => void warnings.push(message) }));
    expect(await spentIn(ledger, 'all')).toEqual([2, 0]);
    expect(warnings).toEqual([expect.stringContaining(`${first}.damaged`)]);
    ledger.close();
  });

  it.each([
    ['a negative cost', { counted_micro_usd: -5 }],
    ['a cost beyond any run', { charged_micro_usd: 1e15 }],
    ['more tokens than a number holds', { input_tokens: 1e300 }],
    ['an unknown column', { nope: 1 }],
  ])('are set aside alone with %s, with a warning, and reports go on', async (_, wrong) => {
    await keepPending(file, { attempts: [ended('A', 40)], invocation: null });
    await keepPending(file, { attempts: [{ ...ended('B', 2), ...wrong }], invocation: null });
    await keepPending(file, { attempts: [ended('C', 2)], invocation: null });
    await readLedger({ file, now }, async (ledger) =>
      ok(expect(await spentIn(ledger, 'all')).toEqual([42, 0])),
    );
    const warnings: string[] = [];
    const ledger = good(await openLedger({ file, now, warn: (message) => void warnings.push(message) }));
    expect(await spentIn(ledger, 'all')).toEqual([42, 0]);
    expect(warnings).toEqual([expect.stringContaining('a run is not in the ledger: its record is kept as')]);
    expect(readdirSync(`${file}.pending`)).toEqual([expect.stringMatching(/\.json\.damaged$/)]);
    ledger.close();
  });
});
