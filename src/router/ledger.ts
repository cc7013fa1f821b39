import type { Environment } from '../adapters/adapter.js';
import type { RouterConfig } from '../config/types.js';
import { DAY_MS, dayOf } from '../domain/calendar.js';
import type { SpendLimit } from '../domain/facts.js';
import { ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { Ledger, LedgerTrouble, Spend } from '../ledger/ledger.js';
import type { Pending } from '../ledger/pending.js';
import { slotRulesOf } from '../policy/rate-limit.js';

/** The ledger, opened when it is needed and not before; its code is loaded then too. */
export interface LedgerAccess {
  file: string;
  /** Told when something cannot be recorded; the run goes on. */
  warn: (message: string) => void;
  /** Folder of the project that runs are counted under; empty outside of one. */
  project: string;
  /** Opens it to write; makes it where it is missing. */
  open(): Promise<Result<Ledger, LedgerTrouble>>;
  /** Opens it as it is; `null`: there is none yet. Makes nothing. */
  openToRead(): Promise<Result<Ledger | null, LedgerTrouble>>;
  /** The sums of limits now, all zero where there is no ledger yet. Makes nothing. */
  spend(limits: readonly SpendLimit[]): Promise<Result<Spend[], LedgerTrouble>>;
  /** Leaves the record of a run that no limit applies to. */
  keep(pending: Pending): Promise<void>;
  /** Removes rows of invocations that are older, once a day and a few at a time. Does nothing while the ledger is not open. */
  upkeep(retentionDays: number): Promise<void>;
  close(): void;
}

/** Whether a config limits something that all processes share. */
export function needsLedger({ policies, tools }: RouterConfig): boolean {
  return (
    Object.values(policies).some(({ budgets }) => budgets.length > 0) ||
    Object.values(tools).some((tool) => slotRulesOf(tool) !== null)
  );
}

/** What is removed in passing: some 20 ms of work. */
const IN_PASSING = 500;
/** Gives access to a ledger; whoever opens it gets the same one. One that could not be opened is tried again. */
export function ledgerAccess(
  place: { file: string; now: () => number } & Pick<LedgerAccess, 'project' | 'warn'>,
): LedgerAccess {
  let opened: Ledger | null = null;
  let opening: Promise<Result<Ledger, LedgerTrouble>> | null = null;
  const open = async (): Promise<Result<Ledger, LedgerTrouble>> => {
    const { openLedger } = await import('../ledger/open-ledger.js');
    const result = await openLedger(place);
    opened = result.ok ? result.value : null;
    opening = null;
    return result;
  };
  const toRead = async (): Promise<Result<Ledger | null, LedgerTrouble>> => {
    if (opened !== null) return ok(opened);
    const { openLedgerToRead, hasPending } = await import('../ledger/open-ledger.js');
    if (hasPending(place.file)) return access.open();
    const result = await openLedgerToRead(place);
    if (result.ok) opened = result.value;
    return result;
  };
  const access: LedgerAccess = {
    file: place.file,
    project: place.project,
    warn: place.warn,
    open: () => {
      if (opened !== null) return Promise.resolve(ok(opened));
      opening ??= open();
      return opening;
    },
    openToRead: toRead,
    spend: async (limits) => {
      const ledger = await toRead();
      if (!ledger.ok) return ledger;
      if (ledger.value === null) return ok(limits.map(() => ({ settledMicroUsd: 0, reservedMicroUsd: 0 })));
      return ledger.value.spend(limits);
    },
    keep: async (pending) => {
      const { keepPending, MOST_PENDING } = await import('../ledger/pending.js');
      const waiting = await keepPending(place.file, pending).catch((error: unknown) => {
        place.warn(`this run is not in the ledger: ${reasonOf(error)}`);
        return 0;
      });
      if (waiting > MOST_PENDING) await access.open();
    },
    upkeep: async (retentionDays) => {
      const before = dayOf(place.now() - retentionDays * DAY_MS);
      // What goes wrong here is left to the next day.
      await opened?.pruneOnceADay({ before, atMost: IN_PASSING });
    },
    close: () => {
      opened?.close();
      opened = null;
    },
  };
  return access;
}

/** Calls inside of a call count in the same ledger, whatever config they find. */
export function withLedger(env: Environment, ledger: Pick<LedgerAccess, 'file'> | null): Environment {
  return ledger === null ? env : { ...env, LLM_ROUTER_LEDGER: ledger.file };
}
