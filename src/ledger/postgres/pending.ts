import { rmSync } from 'node:fs';
import { ok, type Result } from '../../domain/result.js';
import { reasonOf } from '../../files.js';
import type { Ledger, RunRecords } from '../ledger.js';
import { keepPending, pendingOf, refuse } from '../pending.js';
import type { LedgerTrouble } from '../trouble.js';

/**
 * Hands all pending records to the ledger and removes their files; those that it refuses are set aside, each with a warning. Repeating it
 * changes nothing. Returns what kept it from doing so; `null`: nothing is left.
 */
export async function importPending(
  ledger: Pick<Ledger, 'keep'>,
  file: string,
  warn: (message: string) => void,
): Promise<LedgerTrouble | null> {
  for (let found = pendingOf(file); found.length > 0; found = pendingOf(file)) {
    const some = found.slice(0, AT_ONCE);
    const known = some.flatMap(({ pending }) => pending ?? []);
    const kept = await ledger.keep(known);
    if (!kept.ok && kept.error.kind !== 'io') return kept.error;
    for (const one of some) {
      const isKept = one.pending !== null && (kept.ok || (await isTaken(ledger, one.pending)));
      if (isKept) rmSync(one.file, { force: true });
      else refuse(one, warn);
    }
  }
  return null;
}

const AT_ONCE = 200;

async function isTaken(ledger: Pick<Ledger, 'keep'>, records: RunRecords): Promise<boolean> {
  return (await ledger.keep([records])).ok;
}

/**
 * The ledger, which keeps what it cannot record in files until the database is back, and takes those in first. So an attempt counts once
 * by what it cost, also where its process ends before that.
 */
export function withPending(
  ledger: Ledger,
  { file, warn, takeIn }: { file: string; warn: (message: string) => void; takeIn: () => Promise<void> },
): Ledger {
  let isWarned = false;
  const kept = async (
    done: Result<void, LedgerTrouble>,
    records: RunRecords,
  ): Promise<Result<void, LedgerTrouble>> => {
    if (done.ok) return done;
    try {
      await keepPending(file, records);
    } catch (error) {
      warn(`this run is not in the ledger: ${reasonOf(error)}`);
      return done;
    }
    if (!isWarned) warn(`${done.error.message}; the record of this run is kept until it can be`);
    isWarned = true;
    return ok(undefined);
  };
  return {
    ...ledger,
    admit: async (request) => {
      await takeIn();
      return ledger.admit(request);
    },
    settle: async (row) => kept(await ledger.settle(row), { attempts: [row], invocation: null }),
    record: async (row) => {
      await takeIn();
      return kept(await ledger.record(row), { attempts: [], invocation: row });
    },
  };
}
