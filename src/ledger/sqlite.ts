import { type Driver, type Row, remembering, type SqlValue } from './driver.js';
import { libsql } from './libsql.js';

export type { Row, SqlValue } from './driver.js';

/** What the ledger needs of an SQLite driver. Throws the driver's errors, which `sqliteCode` reads. */
export interface Database {
  /** It is no file, and is gone when it is closed. */
  readonly isInMemory: boolean;
  exec(sql: string): void;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  all(sql: string, ...values: SqlValue[]): Row[];
  close(): void;
}

type Open = (path: string) => Driver;

/** The path of a database that is no file. */
export const IN_MEMORY = ':memory:';

/** Opens a database file with Node's own driver (22.13 and later), else with `libsql`; `null`: neither is available. */
export async function openDatabase(path: string): Promise<Database | null> {
  const open = nodeDriver() ?? (await libsql());
  if (open === null) return null;
  const driver = open(path);
  return {
    isInMemory: path === IN_MEMORY,
    exec: (sql) => driver.exec(sql),
    run: (sql, ...values) => Number(driver.prepare(sql).run(...values).changes),
    all: (sql, ...values) => driver.prepare(sql).all(...values),
    close: () => driver.close(),
  };
}

/** Another process holds the lock. */
export const SQLITE_BUSY = 5;

/** The primary result code of SQLite (https://sqlite.org/rescode.html); `null`: the error is not one of SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null;
  const { errcode, rawCode, message } = error as { errcode?: unknown; rawCode?: unknown; message?: unknown };
  if (typeof errcode === 'number') return errcode & 0xff;
  if (typeof rawCode === 'number') return rawCode & 0xff;
  // libsql gives no code where it cannot open a file: `Unable to open connection to local database /x: 14`.
  const code = /^ConnectionFailed.*: (\d+)"?\)?$/.exec(String(message))?.[1];
  return code === undefined ? null : Number(code) & 0xff;
}

/** Node prints a warning when its experimental SQLite is loaded, which users of the router should not see. */
function nodeDriver(): Open | null {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const module = process.getBuiltinModule?.('node:sqlite') as
      | { DatabaseSync: new (path: string) => Driver }
      | undefined;
    if (module === undefined) return null;
    return (path) => remembering(new module.DatabaseSync(path));
  } finally {
    process.emitWarning = emitWarning;
  }
}
