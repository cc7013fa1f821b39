import type { Connection, Row } from './connection.js';
import { ServerFailure } from './failure.js';
import { type Given, quotedName, textOf } from './literal.js';

/**
 * What a transaction is for: `write` takes a lock first, `trial` too and is rolled back, `read` sees one moment, and so does `look`, which
 * asks in one turn only and so takes one round trip.
 */
export type Kind = 'read' | 'look' | 'write' | 'trial';

/** An open transaction. */
export interface Transaction {
  /** Adds a statement, which is sent with the next question, or with the end. */
  run(sql: string, ...values: Given[]): void;
  /** Sends what has been added; all questions of one turn go in one round trip. */
  all(sql: string, ...values: Given[]): Promise<Row[]>;
  /** The same for the last question, with which the transaction ends. */
  last(sql: string, ...values: Given[]): Promise<Row[]>;
}

/** How a transaction begins. */
export interface Beginning {
  kind: Kind;
  schema: string;
  /** Key of the lock; `null`: it takes none. */
  lock: string | null;
  /** How long its caller waits for an answer, ms. */
  waitMs: number;
}

/** How long reports and set-up wait for an answer, ms: they may read or write much. */
export const LONG_MS = 30_000;
/** How long the server waits for the next statement of a client that may be gone, ms. */
const IDLE_MS = 10_000;

/** Runs `work` in one transaction, of two round trips where it asks once, or of one where its last question says so. */
export async function transaction<T>(
  connection: Connection,
  beginning: Beginning,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const batch = new Batch(connection, beginning);
  try {
    const result = await work(batch);
    await batch.end();
    return result;
  } catch (error) {
    if (batch.hasBegun && !connection.isLost) await rollBack(connection);
    throw error;
  }
}

/** The first error is the one that counts. */
async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.run('ROLLBACK');
  } catch (error) {
    if (!(error instanceof ServerFailure)) throw error;
    connection.end();
  }
}

/**
 * All settings hold for the transaction alone, so that a pooler may hand the connection on after it. The lock is a statement of its own:
 * what comes behind it sees what its last holder has committed.
 */
function beginningOf({ kind, schema, lock, waitMs }: Beginning): string[] {
  const level = kind === 'read' || kind === 'look' ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED';
  const settings = Object.entries({
    search_path: quotedName(schema),
    // A server that answers says so before its caller takes it for one that is away.
    lock_timeout: Math.ceil(waitMs * 0.8),
    statement_timeout: waitMs,
    idle_in_transaction_session_timeout: IDLE_MS,
  }).map(([name, value]) => textOf({ sql: 'set_config($1, $2, true)', values: [name, String(value)] }));
  return [
    `BEGIN ISOLATION LEVEL ${level}`,
    `SELECT ${settings.join(', ')}`,
    ...(lock === null ? [] : [`SELECT pg_advisory_xact_lock(${lock})`]),
  ];
}

/** A question that waits for its rows. */
interface Waiting {
  place: number;
  give(rows: Row[]): void;
  fail(error: unknown): void;
}

class Batch implements Transaction {
  readonly #connection: Connection;
  readonly #kind: Kind;
  #texts: string[];
  #waiting: Waiting[] = [];
  #isDue = false;
  #isEnded = false;
  hasBegun = false;

  constructor(connection: Connection, beginning: Beginning) {
    this.#connection = connection;
    this.#kind = beginning.kind;
    this.#texts = beginningOf(beginning);
  }

  run(sql: string, ...values: Given[]): void {
    if (this.#isEnded) throw new Error('a transaction has ended before its last statement');
    this.#texts.push(textOf({ sql, values }));
  }

  all(sql: string, ...values: Given[]): Promise<Row[]> {
    this.run(sql, ...values);
    const place = this.#texts.length - 1;
    return new Promise((give, fail) => {
      this.#waiting.push({ place, give, fail });
      if (this.#isDue) return;
      this.#isDue = true;
      queueMicrotask(() => void this.#send().catch(() => {}));
    });
  }

  last(sql: string, ...values: Given[]): Promise<Row[]> {
    const rows = this.all(sql, ...values);
    this.#close();
    return rows;
  }

  /** Sends what is left, with the end where that was not sent. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#close();
    await this.#send();
  }

  #close(): void {
    this.run(this.#kind === 'trial' ? 'ROLLBACK' : 'COMMIT');
    this.#isEnded = true;
  }

  /** Sends all that was added. */
  async #send(): Promise<void> {
    if (this.#kind === 'look' && !this.#isEnded) this.#close();
    const texts = this.#texts;
    const waiting = this.#waiting;
    this.#texts = [];
    this.#waiting = [];
    this.#isDue = false;
    this.hasBegun = true;
    try {
      const answers = await this.#connection.run(texts.join(';\n'));
      for (const { place, give } of waiting) give(answers[place] ?? []);
    } catch (error) {
      for (const { fail } of waiting) fail(error);
      throw error;
    }
  }
}
