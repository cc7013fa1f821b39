import { err, ok, type Result } from '../../domain/result.js';
import type { Liveness } from '../../process/identity.js';
import type { FamilyShare, Ledger, RunRecords, SpendQuery } from '../ledger.js';
import type { LedgerTrouble } from '../trouble.js';
import { admit } from './admit.js';
import { dayAt } from './clock.js';
import { isAnyDead, ownersOf, settleCall, takeBack } from './dead.js';
import { childrenOf, joinFamily, nestedIn, sourcesOf } from './family.js';
import { setBegun, setSeen } from './leases.js';
import { isPrunedOn, pruneOn, pruneRows, rowsSince } from './prune.js';
import { addRecords, drop } from './records.js';
import { lockKey } from './schema.js';
import type { Sessions } from './sessions.js';
import { sharedRecords } from './shared-records.js';
import { beginSlot, keepSlot, leaveSlot, takeSlot, useOf } from './slots.js';
import { mostDrawable, reservedNow, spendOf } from './spend.js';
import { timelineOf } from './timeline.js';
import { type Kind, LONG_MS, type Transaction, transaction } from './transaction.js';
import { serverTrouble } from './trouble.js';
import { countedOf, countedWithoutPrice, interruptedIn, projectsNamed, racesBy, usageBy } from './usage.js';

/** What a ledger needs of its surroundings. */
export interface PostgresWorld {
  sessions: Sessions;
  schema: string;
  /** The URL without secrets, for messages. */
  shown: string;
  /** An expression for the time, ms since the epoch. */
  now: string;
  leaseMs: number;
  /** Identity of this process, as text. */
  owner: string;
  /** Whether the process behind an owner is alive; of an unknown one its lease decides. */
  livenessOf: (owner: string) => Liveness;
}

type Work<T> = (tx: Transaction) => Promise<T>;

/** The ledger in a PostgreSQL database. Every change may be repeated, so that one whose answer was lost counts once. */
export function postgresLedger(world: PostgresWorld): Ledger {
  const { sessions, schema, shown } = world;
  const attempt = async <T>(work: () => Promise<T>): Promise<Result<T, LedgerTrouble>> => {
    try {
      return ok(await work());
    } catch (error) {
      return err(serverTrouble(error, shown));
    }
  };
  const moneyLock = lockKey(schema, 'money');
  const run = <T>(kind: Kind, lock: string | null, work: Work<T>, waitMs = sessions.waitMs) =>
    sessions.use((connection) => transaction(connection, { kind, schema, lock, waitMs }, work), waitMs);
  const change = <T>(work: Work<T>) => attempt(() => run('write', moneyLock, work));
  const add = (records: readonly RunRecords[]) => change(async (tx) => void (await addRecords(tx, records)));
  const plainly = <T>(work: Work<T>) => attempt(() => run('look', null, work));
  const report = <T>(work: Work<T>) => attempt(() => run('read', null, work, LONG_MS));
  const read = <T>(work: Work<T>, kind: 'look' | 'read' = 'look') =>
    attempt(async () => {
      const seen = await run(kind, null, async (tx) => {
        const [owners, value] = await Promise.all([ownersOf(tx, world), work(tx)]);
        return { isDue: isAnyDead(owners, world), value };
      });
      if (!seen.isDue) return seen.value;
      return run('trial', moneyLock, async (tx) => {
        await takeBack(tx, world);
        return work(tx);
      });
    });
  const today = () => dayAt(world.now);
  const slotChange = <T>(name: string, work: Work<T>) =>
    attempt(() => run('write', lockKey(schema, `slots ${name}`), work));
  return {
    spend: (queries, share = null) =>
      read((tx) => spendNow(tx, { queries, share, today: today() }), share === null ? 'look' : 'read'),
    nestedIn: (id) => read((tx) => nestedIn(tx, id)),
    childrenOf: (id) => plainly((tx) => childrenOf(tx, id)),
    join: (nested) => change((tx) => joinFamily(tx, nested, today())),
    admit: (request) => change((tx) => admit(tx, world, request)),
    begin: (id) => change((tx) => setBegun(tx, id)),
    meter: (id, seenMicroUsd) => change((tx) => setSeen(tx, world, { id, seenMicroUsd })),
    settleCall: (call) => change((tx) => settleCall(tx, call)),
    release: (id) => change((tx) => drop(tx, id, 0)),
    settle: (row) => add([{ attempts: [row], invocation: null }]),
    record: (row) => add([{ attempts: [], invocation: row }]),
    keep: add,
    usage: (days, by, filter) =>
      report((tx) => Promise.all(by.map((keys) => usageBy(tx, days, { by: keys, filter })))),
    races: (days, by, filter) => report((tx) => racesBy(tx, days, { by, filter })),
    timeline: (span) => report((tx) => timelineOf(tx, span)),
    interrupted: (days, filter) => read((tx) => interruptedIn(tx, days, filter)),
    countedWithoutPrice: (days, filter) => report((tx) => countedWithoutPrice(tx, days, filter)),
    countedOf: (id) => read((tx) => countedOf(tx, id)),
    projectsNamed: (name) => report((tx) => projectsNamed(tx, name)),
    rowsSince: () => plainly((tx) => rowsSince(tx)),
    prune: (limit) => change((tx) => pruneRows(tx, limit)),
    pruneOnceADay: (limit) =>
      attempt(async () => {
        if (await run('look', null, (tx) => isPrunedOn(tx, today()))) return null;
        return run('write', moneyLock, (tx) => pruneOn(tx, today(), limit));
      }),
    check: () => plainly(async (tx) => void (await tx.all('SELECT 1'))),
    reserved: (filter) => read((tx) => reservedNow(tx, filter)),
    slots: {
      take: (request) => slotChange(request.tool, (tx) => takeSlot(tx, world, request)),
      begin: (id) => attempt(() => run('write', null, (tx) => beginSlot(tx, world, id))),
      heartbeat: (id) => attempt(() => run('write', null, async (tx) => keepSlot(tx, world, id))),
      leave: (id) => attempt(() => run('write', null, async (tx) => leaveSlot(tx, id))),
      use: (tool) => plainly((tx) => useOf(tx, world, tool)),
    },
    shared: sharedRecords({
      read: plainly,
      report,
      change: (work) => attempt(() => run('write', lockKey(schema, 'cooldowns'), work)),
    }),
    close: () => sessions.close(),
    leave: () => {},
  };
}

async function spendNow(
  tx: Transaction,
  by: { queries: readonly SpendQuery[]; share: FamilyShare | null; today: string },
) {
  const { queries, share, today } = by;
  if (share === null) return spendOf(tx, queries, { source: null, day: null });
  const [[row], sources] = await Promise.all([tx.all(`SELECT ${today} AS day`), sourcesOf(tx, share)]);
  const day = String(row?.day);
  return mostDrawable(
    await Promise.all([null, ...sources].map((source) => spendOf(tx, queries, { source, day }))),
  );
}
