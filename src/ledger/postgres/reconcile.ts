import { existsSync } from 'node:fs';
import { err, ok, type Result } from '../../domain/result.js';
import { ownIdentity } from '../../process/this-process.js';
import { withoutAllowance } from '../allowance.js';
import type { Ledger, RunRecords } from '../ledger.js';
import { livenessOfOwner } from '../liveness.js';
import { LockQueue } from '../lock.js';
import { openFile } from '../open.js';
import type { LedgerPlace } from '../place.js';
import { portionsIn } from '../portions.js';
import { countIn } from '../records.js';
import { deadReservations, takeBackFrom } from '../reservations.js';
import type { Database } from '../sqlite.js';
import { transaction } from '../transaction.js';
import { type LedgerTrouble, troubleOf } from '../trouble.js';

/**
 * Hands what runs have spent by allowances over to the shared ledger, each once, and gives it back to the allowances: first it is counted there,
 * then no longer here. What live runs hold stays. Returns what kept it from doing so.
 */
export async function reconcile(
  ledger: Pick<Ledger, 'keep'>,
  file: string,
  place: Pick<LedgerPlace, 'now' | 'ending' | 'warn'>,
): Promise<Result<void, LedgerTrouble>> {
  if (!existsSync(file)) return ok(undefined);
  const opened = await openFile(file, place);
  if (!opened.ok) return opened;
  const db = opened.value;
  const queue = new LockQueue(db, place.ending);
  const write = <T>(work: () => T) => queue.write(() => transaction(db, 'write', work));
  try {
    const by = { nowMs: place.now(), owner: JSON.stringify(ownIdentity()), livenessOf: livenessOfOwner };
    if (deadReservations(db, by).length > 0) await write(() => takeBackFrom(db, deadReservations(db, by)));
    const next = portionsIn({ db, file, queue });
    for (;;) {
      const found = await next();
      if (!found.ok || found.value.length === 0) return found.ok ? ok(undefined) : found;
      const kept = await handOver(ledger, found.value);
      if (!kept.ok) return kept;
      await write(() => kept.value.forEach((one) => void forget(db, one)));
    }
  } catch (error) {
    return err(troubleOf(error, file));
  } finally {
    queue.close();
  }
}

/** Returns what the ledger has taken. Where it refuses one record, each is handed over by itself. */
async function handOver(
  ledger: Pick<Ledger, 'keep'>,
  records: readonly RunRecords[],
): Promise<Result<readonly RunRecords[], LedgerTrouble>> {
  const kept = await ledger.keep(records.map(asShared));
  if (kept.ok) return ok(records);
  if (kept.error.kind !== 'io') return kept;
  const taken: RunRecords[] = [];
  for (const one of records) if ((await ledger.keep([asShared(one)])).ok) taken.push(one);
  return ok(taken);
}

function asShared({ attempts, invocation }: RunRecords): RunRecords {
  return { attempts: attempts.map((row) => ({ ...row, scopes: withoutAllowance(row.scopes) })), invocation };
}

/** Of two processes that do so at once the second finds nothing. An attempt that has changed since stays for the next time. */
function forget(db: Database, { attempts, invocation }: RunRecords): void {
  for (const { id, counted_micro_usd: counted } of attempts) {
    const [row] = db.all('SELECT scopes, day, counted_micro_usd FROM attempts WHERE id = ?', id);
    if (row === undefined || Number(row.counted_micro_usd) !== counted) continue;
    db.run('DELETE FROM attempts WHERE id = ?', id);
    countIn(db, { scopes: String(row.scopes), day: String(row.day) }, -counted);
  }
  if (invocation !== null) db.run('DELETE FROM invocations WHERE id = ?', invocation.id);
}
