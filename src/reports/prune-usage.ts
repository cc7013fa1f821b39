import { err, ok, type Result } from '../domain/result.js';
import type { Ledger, LedgerTrouble, Pruned } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';

/** Rows removed per transaction, so that other processes get their turn in between. */
const AT_ONCE = 5000;

/** Removes the rows of all days before this one, and keeps the sums of these days; returns how many invocations were removed. */
export async function pruneUsage(place: LedgerPlace, before: string): Promise<Result<number, LedgerTrouble>> {
  const { openLedger, readLedger } = await import('../ledger/open-ledger.js');
  const found = await readLedger(place, async () => ok(true));
  if (!found.ok || found.value === null) return found.ok ? ok(0) : found;
  const ledger = await openLedger(place);
  if (!ledger.ok) return ledger;
  const removed = await pruneAll(ledger.value, before);
  ledger.value.close();
  return removed;
}

async function pruneAll(ledger: Ledger, before: string): Promise<Result<number, LedgerTrouble>> {
  let removed = 0;
  for (;;) {
    const pruned: Result<Pruned, LedgerTrouble> = await ledger.prune({ before, atMost: AT_ONCE });
    if (!pruned.ok) return err(pruned.error);
    removed += pruned.value.removed;
    if (pruned.value.isDone) return ok(removed);
  }
}
