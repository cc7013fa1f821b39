import { dayOf } from '../../domain/calendar.js';
import type { CooldownState } from '../../policy/cooldown.js';
import type {
  AdmitRequest,
  AttemptRow,
  AuditRow,
  InvocationRow,
  Ledger,
  RunRecords,
  SpendQuery,
} from '../ledger.js';
import type { SharedRecords } from '../shared-records.js';
import type { SlotQueue } from '../slots.js';

/** What the words of one process mean in a ledger of many. */
export interface Translation {
  /** Name of the user of this system: a budget of all runs of a user counts under it, on any machine. */
  user: string;
  /** Clock of this process, ms since the epoch. */
  now: () => number;
  /** How far the clock of the database is ahead of it, ms. */
  aheadMs: () => number;
  /** Measures that again where it is due. */
  refresh: () => Promise<void>;
}

/** The scope of all runs of a shared ledger. */
const TEAM = 'team';

/** The ledger as a process sees it that has its own clock and its own user. */
export function translated(ledger: Ledger, translation: Translation): Ledger {
  const { now, aheadMs } = translation;
  const queries = (asked: readonly SpendQuery[], atMs: number) =>
    asked.map((one) => queryOf(one, { ...translation, atMs }));
  const rows = (records: RunRecords): RunRecords => translatedRecords(records, translation);
  return {
    ...ledger,
    spend: (asked, share) => ledger.spend(queries(asked, now()), share),
    admit: async (request) => {
      await translation.refresh();
      return ledger.admit(requestOf(request, translation));
    },
    settle: (row) => ledger.settle(attemptOf(row, translation)),
    record: (row) => ledger.record(invocationOf(row, aheadMs())),
    keep: (records) => ledger.keep(records.map(rows)),
    slots: slotsOf(ledger.slots, aheadMs),
    shared: ledger.shared === null ? null : recordsOf(ledger.shared, aheadMs),
  };
}

/** The records of a run of this process, as the ledger has them. */
export function translatedRecords(
  { attempts, invocation, audit = [] }: RunRecords,
  by: Translation,
): RunRecords {
  return {
    audit: audit.map((row) => auditOf(row, by.aheadMs())),
    attempts: attempts.map((row) => attemptOf(row, by)),
    invocation: invocation === null ? null : invocationOf(invocation, by.aheadMs()),
  };
}

function requestOf<Refusal>(request: AdmitRequest<Refusal>, translation: Translation): AdmitRequest<Refusal> {
  const { atMs } = request;
  return {
    ...request,
    atMs: atMs + translation.aheadMs(),
    scopes: scopesOf(request.scopes, translation),
    queries: request.queries.map((one) => queryOf(one, { ...translation, atMs })),
  };
}

function scopesOf(scopes: readonly string[], by: Translation): string[] {
  return [TEAM, ...scopes.map((scope) => scopeOf(scope, by))];
}

function scopeOf(scope: string, { user }: Pick<Translation, 'user'>): string {
  return scope === 'global' ? `user ${user}` : scope;
}

/** A day or month of this clock is that of the database's. */
function queryOf<Q extends SpendQuery>(query: Q, by: Translation & { atMs: number }): Q {
  const { period } = query;
  const [mine, theirs] = [dayOf(by.atMs), dayOf(by.atMs + by.aheadMs())];
  const isNow = period === mine.slice(0, period.length);
  return {
    ...query,
    scope: scopeOf(query.scope, by),
    period: isNow ? theirs.slice(0, period.length) : period,
  };
}

function attemptOf(row: AttemptRow, by: Translation): AttemptRow {
  const scopes = JSON.stringify(scopesOf(JSON.parse(row.scopes) as string[], by));
  const aheadMs = by.aheadMs();
  const endMs = row.started_ms + row.latency_ms;
  return { ...row, scopes, started_ms: row.started_ms + aheadMs, day: shifted(row.day, endMs, aheadMs) };
}

function invocationOf(row: InvocationRow, aheadMs: number): InvocationRow {
  const { day, started_ms: startedMs } = row;
  return { ...row, started_ms: startedMs + aheadMs, day: shifted(day, startedMs, aheadMs) };
}

function auditOf(row: AuditRow, aheadMs: number): AuditRow {
  const { at_ms: atMs, day } = row;
  return { ...row, at_ms: atMs + aheadMs, day: shifted(day, atMs, aheadMs) };
}

/** The day of a moment, where the difference of the clocks changes it. */
function shifted(day: string, atMs: number, aheadMs: number): string {
  const [mine, theirs] = [dayOf(atMs), dayOf(atMs + aheadMs)];
  return mine === theirs ? day : theirs;
}

/** Cooldowns end by the clock of the database. */
function recordsOf(shared: SharedRecords, aheadMs: () => number): SharedRecords {
  return {
    ...shared,
    cooldowns: async () => {
      const found = await shared.cooldowns();
      return found.ok ? { ...found, value: moved(found.value, -aheadMs()) } : found;
    },
    changeCooldowns: (change) =>
      shared.changeCooldowns((state) => {
        const [mine, byMs] = [moved(state, -aheadMs()), aheadMs()];
        const changed = change(mine);
        return changed === mine ? state : moved(changed, byMs);
      }),
  };
}

function moved(state: CooldownState, byMs: number): CooldownState {
  if (byMs === 0) return state;
  return {
    cooldowns: state.cooldowns.map((one) => ({ ...one, untilMs: one.untilMs + byMs })),
    failures: state.failures.map((one) => ({ ...one, atMs: one.atMs + byMs })),
  };
}

/** Times of starts are compared with this clock. */
function slotsOf(slots: SlotQueue, aheadMs: () => number): SlotQueue {
  return {
    ...slots,
    take: async (request) => {
      const taken = await slots.take(request);
      if (!taken.ok || !('opensAtMs' in taken.value) || taken.value.opensAtMs === null) return taken;
      return { ...taken, value: { ...taken.value, opensAtMs: taken.value.opensAtMs - aheadMs() } };
    },
  };
}
