import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from '../../src/ledger/driver.js';
import { byPackage, directly } from '../../src/ledger/libsql.js';
import { sqliteCode } from '../../src/ledger/sqlite.js';
import { itInSoak } from '../soak.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-libsql-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a driver answers to the same questions. */
function answers(open: (file: string) => Driver, file: string): unknown[] {
  const db = open(file);
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size REAL)');
  const insert = db.prepare('INSERT INTO t (name, size) VALUES (?, ?)');
  const changes = Array.from(
    { length: 250 },
    (_, n) => insert.run(`row ${n}`, n === 7 ? null : n / 2).changes,
  );
  const all = db.prepare('SELECT * FROM t WHERE id > ? ORDER BY id');
  const found = [all.all(0), all.all(150), all.all(1000)];
  const codes = [
    () => insert.run('row 1', 1),
    () => db.exec('nonsense'),
    () => open(path.join(file, 'none')),
  ].map(codeOf);
  db.close();
  return [changes, found, codes];
}

function codeOf(act: () => unknown): number | null {
  try {
    act();
    return null;
  } catch (error) {
    return sqliteCode(error);
  }
}

describe('libsql', () => {
  it('is used without its JavaScript, in the version that is installed', () => {
    expect(directly()).not.toBeNull();
  });

  itInSoak('answers as its own JavaScript does', async () => {
    const [quick, slow] = [directly(), await byPackage()];
    if (quick === null || slow === null) throw new Error('libsql is not installed');
    const [one, other] = [
      answers(quick, path.join(folder, 'a.db')),
      answers(slow, path.join(folder, 'b.db')),
    ];
    expect(one).toEqual(other);
    expect(one[2]).toEqual([19, 1, 14]);
  });
});
