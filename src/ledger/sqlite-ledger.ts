import { statSync } from 'node:fs';
import { err, ok, type Result } from '../domain/result.js';
import type { Liveness } from '../process/identity.js';
import { childrenOf, enterFamily, joinFamily, nestedIn, sourcesOf, suffices } from './family.js';
import { inodeOf } from './inode.js';
import type { AdmitRequest, Ledger, LedgerTrouble, Spend, Verdict } from './ledger.js';
import { ClosedInWait, LockQueue } from './lock.js';
import { addPending, addRecords, hasPending, importPending } from './pending.js';
import { isPrunedOn, pruneOn, pruneRows, rowsSince } from './prune.js';
import { drop, recordInvocation, settleAttempt } from './records.js';
import {
  deadReservations,
  reserve,
  reservedNow,
  setBegun,
  setSeen,
  settleCall,
  spendOf,
  takeBackFrom,
} from './reservations.js';
import { dayOf } from './rows.js';
import { migrate, schemaState } from './schema-version.js';
import { type Database, type Row, sqliteCode } from './sqlite.js';
import { beginSlot, keepSlot, leaveSlot, takeSlot, useOf } from './sqlite-slots.js';
import { timelineOf } from './timeline.js';
import { transaction } from './transaction.js';
import { closedInWait, replaced, troubleOf } from './trouble.js';
import { countedOf, countedWithoutPrice, interruptedIn, projectsNamed, racesBy, usageBy } from './usage.js';

/** What a ledger needs of its surroundings. */
export interface LedgerWorld {
  /** Path, for messages and pending records. */
  file: string;
  /** Wall clock, ms since the epoch: decides in which day and month something counts. */
  now: () => number;
  /** Once it is aborted every wait for the lock is cut short. */
  ending?: AbortSignal | null | undefined;
  /** Gets a message when a record cannot be imported. */
  warn: (message: string) => void;
  /** Identity of this process, as text. */
  owner: string;
  /** Whether the process behind an owner is alive; of an unknown one the age of its last heartbeat decides. */
  livenessOf: (owner: string) => Liveness;
}

/**
 * How long a reservation holds without a heartbeat, ms. Only this ends one of a process that cannot be seen from here, on another
 * host or in another container.
 */
export const EXPIRY_MS = 5 * 60_000;

/** The ledger in an SQLite database. */
export function sqliteLedger(db: Database, world: LedgerWorld): Ledger {
  const queue = new LockQueue(db, world.ending);
  const inode = inodeOf(world.file);
  const check = (): Result<void, LedgerTrouble> =>
    inodeOf(world.file) === inode ? ok(undefined) : err(replaced(world.file));
  const attempt = async <T>(done: Promise<T>): Promise<Result<T, LedgerTrouble>> => {
    try {
      return ok(await done);
    } catch (error) {
      return err(error instanceof ClosedInWait ? closedInWait(world.file) : troubleOf(error, world.file));
    }
  };
  const write = <T>(work: () => T, signal?: AbortSignal) => attempt(queue.write(work, signal));
  const change = <T>(work: () => T) => write(() => transaction(db, 'write', work));
  // A file that was deleted may be put back, so that what began in it ends in it.
  const store = async (work: () => void) => {
    const stored = await change(work);
    return stored.ok ? check() : stored;
  };
  const read = <T>(work: () => T) => attempt(queue.read(() => readUpToDate(db, world, work)));
  return {
    spend: (queries, share = null) =>
      read(() => {
        const day = dayOf(world.now());
        const sources = share === null ? [] : sourcesOf(db, share);
        return mostDrawable([null, ...sources].map((source) => spendOf(db, queries, { source, day })));
      }),
    nestedIn: (id) => read(() => nestedIn(db, id)),
    childrenOf: (id) => read(() => childrenOf(db, id)),
    check: async () => check(),
    join: (run) => change(() => joinFamily(db, { ...run, day: dayOf(world.now()) })),
    admit: async (request) => {
      const usable = check();
      if (!usable.ok) return usable;
      return write(() => {
        importPending(db, world.file, world.warn);
        // Whether processes live is not asked while others wait for the lock.
        const isAnyDead = deadReservations(db, { ...world, nowMs: world.now() }).length > 0;
        return transaction(db, 'write', () => admit(db, { ...world, isAnyDead }, request));
      }, request.signal);
    },
    begin: (id) => change(() => setBegun(db, id)),
    meter: (id, seenMicroUsd) =>
      change(() => setSeen(db, id, { seenMicroUsd, expiresMs: world.now() + EXPIRY_MS })),
    settleCall: (call) => change(() => settleCall(db, call)),
    release: (id) => change(() => drop(db, id, 0)),
    settle: (row) => store(() => settleAttempt(db, row)),
    record: (row) => store(() => recordInvocation(db, row)),
    keep: (records) => store(() => records.forEach((one) => void addRecords(db, one))),
    usage: (days, by, filter) => read(() => by.map((keys) => usageBy(db, days, { by: keys, filter }))),
    races: (days, by, filter) => read(() => racesBy(db, days, { by, filter })),
    timeline: (span) => read(() => timelineOf(db, span)),
    interrupted: (days, filter) => read(() => interruptedIn(db, days, filter)),
    countedWithoutPrice: (days, filter) => read(() => countedWithoutPrice(db, days, filter)),
    countedOf: (id) => read(() => countedOf(db, id)),
    projectsNamed: (name) => read(() => projectsNamed(db, name)),
    rowsSince: () => read(() => rowsSince(db)),
    prune: (limit) => change(() => pruneRows(db, limit)),
    pruneOnceADay: (limit) =>
      write(() => {
        const today = dayOf(world.now());
        return isPrunedOn(db, today) ? null : transaction(db, 'write', () => pruneOn(db, today, limit));
      }),
    reserved: (filter) => read(() => reservedNow(db, filter)),
    slots: {
      take: (request) => change(() => takeSlot(db, { ...world, nowMs: world.now() }, request)),
      begin: (id) => change(() => beginSlot(db, id, world.now())),
      heartbeat: (id) => change(() => keepSlot(db, id, world.now())),
      leave: (id) => change(() => leaveSlot(db, id)),
      use: (tool) => read(() => useOf(db, { ...world, nowMs: world.now() }, tool)),
    },
    shared: null,
    close: () => queue.close(),
    leave: () => {
      if (isLogLong(world.file)) emptyLog(db);
    },
  };
}

/** From here on the next process would notice how long it reads the write-ahead log: after some five runs. */
const LONG_LOG_BYTES = 512 * 1024;

/**
 * The last process that closes a file moves its write-ahead log into it and removes the log, which waits for the disk several times
 * (some 10 ms), and the next process waits again for a new one. A process that ends without closing leaves the log, as one that is
 * killed does; now and then one empties it.
 */
function isLogLong(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > LONG_LOG_BYTES;
}

/** As far as no other process uses the log; what fails here is left to the next one. */
function emptyLog(db: Database): void {
  try {
    db.all('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
  }
}

/**
 * Reads what the ledger will say once the next writer has done what is due: brought the schema up to date, added pending records, and
 * taken back what dead processes hold. Changes nothing.
 */
function readUpToDate<T>(db: Database, world: LedgerWorld, work: () => T): T {
  const dead = () => deadReservations(db, { ...world, nowMs: world.now() });
  const isDue = schemaState(db) !== 'current' || hasPending(world.file) || dead().length > 0;
  if (!isDue) return transaction(db, 'read', work);
  return transaction(db, 'trial', () => {
    migrate(db);
    addPending(db, world.file);
    takeBackFrom(db, dead());
    return work();
  });
}

function admit<Refusal>(
  db: Database,
  world: LedgerWorld & { isAnyDead: boolean },
  request: AdmitRequest<Refusal>,
): Verdict<Refusal> {
  const nowMs = world.now();
  if (world.isAnyDead) takeBackFrom(db, deadReservations(db, { ...world, nowMs }));
  const { family, invocationId: id } = request;
  if (family !== null) enterFamily(db, { id, familyId: family.ownerId, day: dayOf(nowMs) });
  const { verdict, source } = decided(db, request);
  if ('refusal' in verdict) return verdict;
  reserve(db, request, {
    microUsd: verdict.reserveMicroUsd,
    nowMs,
    expiresMs: nowMs + EXPIRY_MS,
    owner: world.owner,
    source,
  });
  return verdict;
}

/** The verdict, and the reservation that the run takes its money over from: the nearest that holds enough, else that of the owner. */
function decided<Refusal>(
  db: Database,
  request: AdmitRequest<Refusal>,
): { verdict: Verdict<Refusal>; source: Row | null } {
  const day = dayOf(request.atMs);
  const sources = request.family === null ? [] : sourcesOf(db, request.family);
  const decideWith = (source: Row | null): Verdict<Refusal> =>
    request.decide(spendOf(db, request.queries, { source, day }));
  for (const source of sources.slice(0, -1)) {
    const verdict = decideWith(source);
    if ('reserveMicroUsd' in verdict && suffices(source, verdict.reserveMicroUsd)) return { verdict, source };
  }
  const last = sources.at(-1) ?? null;
  return { verdict: decideWith(last), source: last };
}

/** The sums, with the most that any source would give. */
function mostDrawable(each: readonly (readonly Spend[])[]): Spend[] {
  const [first = []] = each;
  return first.map((spend, index) => {
    const drawable = each.map((one) => one[index]?.drawableMicroUsd ?? 0);
    return { ...spend, drawableMicroUsd: Math.max(...drawable) };
  });
}
