import { DAY_MS, dayOf } from '../domain/calendar.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { FailOpen } from '../policy/spend-limits.js';
import type { Allowances, OpenAllowance } from './allowance.js';
import { stateOf } from './file-state.js';
import type { Ledger, LedgerReader, LedgerTrouble } from './ledger.js';
import type { Pending } from './pending.js';
import type { LedgerClock, LedgerLocation, OpenReader } from './place.js';
import type { PostgresStatus } from './postgres/admin.js';
import { Together } from './together.js';
import { ledgerName, pendingPath } from './where.js';

/** The ledger, opened when it is needed and not before; its code is loaded then too. */
export interface LedgerAccess {
  /** The path of its file, or the URL of its database without the password. */
  name: string;
  /** It is a database that several machines share. */
  isShared: boolean;
  /** How often what a run holds needs a sign of life, ms. */
  heartbeatMs: number;
  /** Gets a message when something cannot be recorded; the run goes on. */
  warn: (message: string) => void;
  /** Folder of the project that runs are counted under; empty outside of one. */
  project: string;
  /** Changes with each write to the ledger, and costs little; `null`: that cannot be told without opening it. */
  state(): string | null;
  /** Opens it to write, and makes it where it is missing; it stays open. */
  open(): Promise<Result<Ledger, LedgerTrouble>>;
  /** Reads from it; `null`: there is none yet. Changes nothing. With `staysOpen` the next `open` writes through the same connection. */
  read<T>(
    ask: (ledger: LedgerReader) => Promise<Result<T, LedgerTrouble>>,
    options?: { staysOpen: boolean },
  ): Promise<Result<T | null, LedgerTrouble>>;
  /** Looks at the server of a shared ledger; `null`: it is a file. */
  server(): Promise<Result<PostgresStatus, LedgerTrouble> | null>;
  /** Leaves the record of a run that no limit applies to. */
  keep(pending: Pending): Promise<void>;
  /** Leaves a record that the ledger could not take beside it, until it can; whether that worked. */
  keepBeside(pending: Pending): Promise<boolean>;
  /** Opens what a run may go on with while the database of a shared ledger is away: `trouble` says why it is. */
  failOpen(allowance: FailOpen, trouble: LedgerTrouble): Promise<Result<OpenAllowance, LedgerTrouble>>;
  /** Removes rows of invocations that are older, once a day and a few at a time. Does nothing while the ledger is not open. */
  upkeep(retentionDays: number): Promise<void>;
  /** Records that it cannot take at once wait beside it. With `atExit` the process ends right after. */
  close(options?: { atExit: boolean }): Promise<void>;
}

/** Far below the five minutes after which a process that cannot be seen is taken for dead. */
export const LOCAL_HEARTBEAT_MS = 60_000;

/** With more pending files than this a run opens the ledger itself, which imports them. */
const MOST_PENDING = 200;

/** Rows removed per run: some 20 ms of work. */
const MOST_REMOVED = 500;

/** Where a ledger is, and how it is used. */
export interface LedgerUse extends LedgerLocation, LedgerClock, Pick<LedgerAccess, 'project' | 'warn'> {
  /** Many runs end at about the same time: the records of those without limits are written together, a moment later. */
  gathers?: boolean;
}

/** Gives access to a ledger; all callers share the one that is open. One that could not be opened is tried again. */
export function ledgerAccess(place: LedgerUse): LedgerAccess {
  let opened: Ledger | null = null;
  let reading: OpenReader | null = null;
  let opening: Promise<Result<Ledger, LedgerTrouble>> | null = null;
  let allowances: Promise<Result<Allowances, LedgerTrouble>> | null = null;
  const openLocal = async (): Promise<Result<Allowances, LedgerTrouble>> => {
    const { allowanceFile, openAllowances } = await import('./allowance.js');
    return openAllowances(allowanceFile(await pendingPath(place)), place);
  };
  /** A database that was not reached: a run asks for it several times, and waits for it once. */
  let away: { trouble: LedgerTrouble; untilMs: number } | null = null;
  const awayNow = () => (away !== null && performance.now() < away.untilMs ? away.trouble : null);
  const noted = <T>(result: Result<T, LedgerTrouble>): Result<T, LedgerTrouble> => {
    if (result.ok || result.error.kind !== 'away') return result;
    away = { trouble: result.error, untilMs: performance.now() + (place.shared?.connectTimeoutMs ?? 0) };
    return result;
  };
  const open = async (): Promise<Result<Ledger, LedgerTrouble>> => {
    const { openLedger } = await import('./open-ledger.js');
    const kept = reading;
    reading = null;
    const result = noted(kept === null ? await openLedger(place) : await kept.toWrite());
    opened = result.ok ? result.value : null;
    opening = null;
    return result;
  };
  /** The causes that were warned of: a run leaves several records. */
  const lost = new Set<string>();
  const beside = async (records: readonly Pending[]): Promise<number> => {
    const { keepPending } = await import('./pending.js');
    const path = await pendingPath(place);
    let count = 0;
    for (const one of records)
      count = await keepPending(path, one).catch((error: unknown) => {
        const why = reasonOf(error);
        if (!lost.has(why)) place.warn(`this run is not in the ledger: ${why}`);
        lost.add(why);
        return 0;
      });
    return count;
  };
  const write = async (records: readonly Pending[]): Promise<void> => {
    const kept = await opened?.keep(records);
    if (kept?.ok !== true) await beside(records);
  };
  const together = new Together(write);
  /** The trouble that was last warned of: a run may leave several records. */
  let told: LedgerTrouble | null = null;
  /** Records in files of this machine are invisible to others, and may be gone with its disk. */
  const handOver = async (isKept: boolean): Promise<void> => {
    const done = await access.open();
    if (done.ok || done.error === told) return;
    told = done.error;
    place.warn(`${told.message}${isKept ? '; the record of this run is kept until it can be' : ''}`);
  };
  const shared = place.shared ?? null;
  const access: LedgerAccess = {
    name: ledgerName(place),
    isShared: shared !== null,
    heartbeatMs: shared === null ? LOCAL_HEARTBEAT_MS : shared.leaseMs / 3,
    project: place.project,
    warn: place.warn,
    state: () => (shared === null ? stateOf(place.file) : null),
    open: () => {
      if (opened !== null) return Promise.resolve(ok(opened));
      const trouble = awayNow();
      if (trouble !== null) return Promise.resolve(err(trouble));
      opening ??= open();
      return opening;
    },
    read: async (ask, { staysOpen } = { staysOpen: false }) => {
      const trouble = awayNow();
      if (trouble !== null) return err(trouble);
      const { openReader, readLedger } = await import('./open-ledger.js');
      if (staysOpen && opened === null && reading === null) {
        const reader = noted(await openReader(place));
        if (!reader.ok) return reader;
        if (opened === null && reading === null) reading = reader.value;
        else reader.value?.close();
      }
      const known = opened ?? reading;
      return noted(await (known === null ? readLedger(place, ask) : ask(known)));
    },
    server: async () => {
      if (shared === null) return null;
      const { statusOfPostgres } = await import('./postgres/admin.js');
      return statusOfPostgres(shared, place);
    },
    keep: async (pending) => {
      if (opened !== null) return place.gathers === true ? together.add(pending) : write([pending]);
      const waiting = await beside([pending]);
      if (shared !== null) await handOver(waiting > 0);
      else if (waiting > MOST_PENDING) await access.open();
    },
    keepBeside: async (pending) => (await beside([pending])) > 0,
    failOpen: async (allowance, trouble) => {
      allowances ??= openLocal();
      const found = await allowances;
      if (found.ok) return ok(found.value.of(allowance, trouble));
      allowances = null;
      return found;
    },
    upkeep: async (retentionDays) => {
      const before = dayOf(place.now() - retentionDays * DAY_MS);
      // A failure is left to the next day.
      await opened?.pruneOnceADay({ before, atMost: MOST_REMOVED });
    },
    close: async ({ atExit } = { atExit: false }) => {
      const written = together.flush();
      const end = (one: Pick<Ledger, 'close' | 'leave'> | null) => (atExit ? one?.leave() : one?.close());
      end(opened);
      end(reading);
      const local = await allowances;
      if (local?.ok === true) local.value.close();
      allowances = null;
      opened = null;
      reading = null;
      await written;
    },
  };
  return access;
}
