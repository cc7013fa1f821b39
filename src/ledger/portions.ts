import { statSync } from 'node:fs';
import { err, ok, type Result } from '../domain/result.js';
import { LockQueue } from './lock.js';
import { openFile } from './open.js';
import type { Database, Row } from './sqlite.js';
import type { AttemptRow, InvocationRow, RunRecords } from './stored.js';
import { transaction } from './transaction.js';
import { type LedgerTrouble, troubleOf } from './trouble.js';

/** The rows of a ledger file, oldest first. */
export interface Portions {
  /** The next ones; empty: there are no more. Of a run that is not over only its attempts. */
  next(): Promise<Result<RunRecords[], LedgerTrouble>>;
  /** Runs, of those that are not over each attempt. */
  total: number;
  /** Runs that reserve money now: their rows are still to come. */
  unfinished: number;
  close(): void;
}

/** Runs of one portion: while it is written the runs of others wait, some 0.2 s. */
const AT_ONCE = 500;

/** Opens a ledger file, with its pending records, which it takes in; `null`: there is none. */
export async function portionsOf(
  file: string,
  warn: (message: string) => void,
): Promise<Result<Portions | null, LedgerTrouble>> {
  if (!isThere(file) && !isThere(`${file}.pending`)) return ok(null);
  const opened = await openFile(file, { warn });
  if (!opened.ok) return opened;
  const db = opened.value;
  const queue = new LockQueue(db);
  const counts = await reading({ db, file, queue })(() => countsIn(db));
  if (!counts.ok) {
    queue.close();
    return counts;
  }
  const next = portionsIn({ db, file, queue });
  return ok({ ...counts.value, next, close: () => queue.close() });
}

/** A ledger file that is open. */
interface OpenFile {
  db: Database;
  file: string;
  queue: LockQueue;
}

/** The rows of a ledger file that is open, as `next` of {@link Portions}. */
export function portionsIn(opened: OpenFile): Portions['next'] {
  const { db } = opened;
  const read = reading(opened);
  let after = '';
  let isOver = false;
  return async () => {
    const ended = await read(() => (isOver ? [] : endedAfter(db, after)));
    const last = ended.ok ? ended.value.at(-1)?.invocation?.id : undefined;
    if (!ended.ok || last !== undefined) {
      after = last ?? after;
      return ended;
    }
    if (!isOver) after = '';
    isOver = true;
    const open = await read(() => openAfter(db, after));
    if (open.ok) after = open.value.at(-1)?.attempts[0]?.id ?? after;
    return open;
  };
}

function reading({ db, file, queue }: OpenFile): <T>(work: () => T) => Promise<Result<T, LedgerTrouble>> {
  return async (work) => {
    try {
      return ok(await queue.read(() => transaction(db, 'read', work)));
    } catch (error) {
      return err(troubleOf(error, file));
    }
  };
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function countsIn(db: Database): Pick<Portions, 'total' | 'unfinished'> {
  const [row] = db.all(
    `SELECT (SELECT count(*) FROM invocations) + (SELECT count(*) FROM attempts WHERE closed = 0) AS total,
      (SELECT count(DISTINCT invocation_id) FROM reservations) AS unfinished`,
  );
  return { total: Number(row?.total ?? 0), unfinished: Number(row?.unfinished ?? 0) };
}

/** Runs that have ended, with their attempts. */
function endedAfter(db: Database, id: string): RunRecords[] {
  const invocations = db.all('SELECT * FROM invocations WHERE id > ? ORDER BY id LIMIT ?', id, AT_ONCE);
  const last = invocations.at(-1)?.id ?? id;
  const attempts = db.all(
    'SELECT * FROM attempts WHERE invocation_id > ? AND invocation_id <= ? AND closed = 1 ORDER BY id',
    id,
    last,
  );
  const byRun = new Map<unknown, AttemptRow[]>(invocations.map((row) => [row.id, []]));
  for (const row of attempts) byRun.get(row.invocation_id)?.push(attemptOf(row));
  return invocations.map((row) => ({
    attempts: byRun.get(row.id) ?? [],
    invocation: row as unknown as InvocationRow,
  }));
}

/** Attempts of runs that were killed or go on, each by itself. */
function openAfter(db: Database, id: string): RunRecords[] {
  return db
    .all('SELECT * FROM attempts WHERE closed = 0 AND id > ? ORDER BY id LIMIT ?', id, AT_ONCE)
    .map((row) => ({ attempts: [attemptOf(row)], invocation: null }));
}

/** Without the columns that each ledger sets by itself. */
function attemptOf(row: Row): AttemptRow {
  const { reserved_micro_usd: _, overrun_micro_usd: __, final: ___, closed: ____, ...stored } = row;
  return { ...stored, latency_ms: row.latency_ms ?? 0 } as unknown as AttemptRow;
}
