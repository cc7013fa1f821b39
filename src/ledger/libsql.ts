import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Driver, Row, SqlValue, Statement } from './driver.js';
import { reusing } from './idle.js';

type Open = (path: string) => Driver;

/** The functions of the native part; those of a connection or a query take it as `this`. */
interface Native {
  databaseOpen(path: string, token: '', cipher: string, key: '', timeoutS: number, remoteKey: ''): object;
  databaseExecSync(this: object, sql: string): void;
  databasePrepareSync(this: object, sql: string): object;
  databaseClose(this: object): void;
  statementRun(this: object, values: readonly SqlValue[]): { changes: number };
  statementRowsSync(this: object, values: readonly SqlValue[]): object;
  rowsNext(this: object, rows: unknown[]): void;
}

/** The version whose native functions are known here; another one is used through its own JavaScript. */
export const KNOWN_VERSION = '0.5.29';

/** Rows that are fetched with one call. */
const BATCH = 100;

let known: Promise<Open | null> | null = null;

/** The driver of the package, one for the process; `null`: it is not installed. */
export function libsql(): Promise<Open | null> {
  known ??= load();
  return known;
}

async function load(): Promise<Open | null> {
  const open = directly() ?? (await byPackage());
  return open === null ? null : reusing(open);
}

/**
 * The native part alone. The JavaScript around it takes ten times as long to load: it asks Node for a whole diagnostic report, twice, to
 * know the C library. `null`: another version, or a system where it is not found.
 */
export function directly(): Open | null {
  const target = targetOf(process.platform, process.arch);
  if (target === null) return null;
  try {
    const folder = folderOf(path.join('@libsql', target));
    if (folder === null) return null;
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return version === KNOWN_VERSION ? openerOf(nativeOf(path.join(folder, 'index.node'))) : null;
  } catch {
    return null; // not installed, or not for this system: the package itself knows more
  }
}

/**
 * The folder of a package that `libsql` needs, beside it as a rule. `node:module` would take 2 ms to load, and read every manifest on the
 * way.
 */
function folderOf(name: string): string | null {
  for (let at = path.dirname(ownFile()), last = ''; at !== last; last = at, at = path.dirname(at)) {
    const libsql = path.join(at, 'node_modules', 'libsql');
    if (!existsSync(libsql)) continue;
    const beside = path.join(realpathSync(libsql), '..', name);
    return existsSync(beside) ? beside : null;
  }
  return null;
}

/** In the bundles it is a path already, and nothing is loaded for it. */
function ownFile(): string {
  const own = import.meta.url;
  return own.startsWith('file:') ? process.getBuiltinModule('node:url').fileURLToPath(own) : own;
}

function nativeOf(file: string): Native {
  const loaded = { exports: {} };
  process.dlopen(loaded, file);
  return loaded.exports as Native;
}

function openerOf(native: Native): Open {
  return (path) => {
    const db = native.databaseOpen(path, '', 'aes256cbc', '', 0, '');
    return {
      exec: (sql) => native.databaseExecSync.call(db, sql),
      prepare: (sql) => queryOf(native, native.databasePrepareSync.call(db, sql)),
      close: () => native.databaseClose.call(db),
    };
  };
}

function queryOf(native: Native, query: object): Statement {
  return {
    run: (...values) => native.statementRun.call(query, values),
    all: (...values) => allRows(native, native.statementRowsSync.call(query, values)),
  };
}

function allRows(native: Native, rows: object): Row[] {
  const all: Row[] = [];
  for (;;) {
    const batch = new Array<Row | undefined>(BATCH);
    native.rowsNext.call(rows, batch);
    for (const row of batch) {
      if (row === undefined) return all;
      all.push(row);
    }
  }
}

function targetOf(platform: NodeJS.Platform, arch: string): string | null {
  if (platform === 'darwin') return `darwin-${arch}`;
  if (platform === 'win32') return `win32-${arch}-msvc`;
  if (platform !== 'linux' || arch === 'arm') return null;
  const library = libraryOf(process.execPath);
  return library === null ? null : `linux-${arch}-${library}`;
}

/** A program of Linux names in its first bytes the loader that belongs to its C library (elf(5), PT_INTERP). */
const HEADER_BYTES = 4096;

function libraryOf(program: string): 'gnu' | 'musl' | null {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const file = openSync(program, 'r');
  try {
    const header = bytes.toString('latin1', 0, readSync(file, bytes, 0, HEADER_BYTES, 0));
    if (header.includes('/ld-musl-')) return 'musl';
    return header.includes('/ld-linux-') ? 'gnu' : null;
  } finally {
    closeSync(file);
  }
}

/** The package as it loads itself. */
export async function byPackage(): Promise<Open | null> {
  const { default: Libsql } = await import('libsql').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') return { default: null };
    throw error;
  });
  if (Libsql === null) return null;
  const Constructor = Libsql as unknown as new (path: string) => Driver;
  return (path) => new Constructor(path);
}
