import type { Result } from '../domain/result.js';
import type { Ledger, LedgerReader, LedgerTrouble } from './ledger.js';
import type { PostgresPlace } from './postgres/place.js';

/** Where a ledger is. */
export interface LedgerLocation {
  /** Absolute. With a shared database it is the path beside which pending records are kept. */
  file: string;
  /** The database that is used instead of the file; `null` or absent: none. */
  shared?: PostgresPlace | null;
}

/** The clock of a ledger, and when its waits end. */
export interface LedgerClock {
  /** Wall clock, ms since the epoch. */
  now: () => number;
  /** Once it is aborted every wait is cut short. */
  ending?: AbortSignal | null | undefined;
}

/** Where a ledger is, and the clock it goes by. */
export interface LedgerPlace extends LedgerLocation, LedgerClock {
  /** Gets a message when a record cannot be imported. */
  warn?: (message: string) => void;
  /** Many runs use it at once. */
  gathers?: boolean;
}

/** A ledger that is open to read. */
export interface OpenReader extends LedgerReader, Pick<Ledger, 'close' | 'leave'> {
  /** The ledger over the same connection, to write. */
  toWrite(): Promise<Result<Ledger, LedgerTrouble>>;
}

/** A place in a shared database. */
export type SharedPlace = LedgerPlace & { shared: PostgresPlace };
