import { ok, type Result } from '../domain/result.js';
import type { LedgerClock } from './place.js';
import { type Portions, portionsOf } from './portions.js';
import type { PostgresPlace } from './postgres/place.js';
import { type TakingOver, takingOver } from './postgres/take-over.js';
import type { RunRecords } from './stored.js';
import type { LedgerTrouble } from './trouble.js';

/** What an import did. */
export interface Imported {
  /** Runs that were added, with or without an end. */
  runs: number;
  attempts: number;
  /** What budgets count for them, micro-USD. */
  countedMicroUsd: number;
  /** Runs that were there already. */
  known: number;
  /** Runs from before the first day that the shared ledger still has rows of: they may have been counted there. */
  tooOld: number;
  /** Runs that the shared ledger refuses, each with a warning. */
  refused: number;
  /** Runs of the file that are not over. */
  unfinished: number;
}

/** Where rows come from and go to. */
export interface ImportRequest extends LedgerClock {
  file: string;
  shared: PostgresPlace;
  warn: (message: string) => void;
  /** Gets how many runs of how many are done. */
  progress?: (done: number, total: number) => void;
}

/**
 * Adds the rows of a ledger file to a shared ledger, each once: repeating it, also after it was killed, changes nothing. `null`: there is no
 * such file.
 */
export async function importFile(request: ImportRequest): Promise<Result<Imported | null, LedgerTrouble>> {
  const portions = await portionsOf(request.file, request.warn);
  if (!portions.ok || portions.value === null) return portions.ok ? ok(null) : portions;
  try {
    const target = await takingOver(request.shared, request);
    if (!target.ok) return target;
    try {
      return await importAll(portions.value, target.value, request);
    } finally {
      target.value.close();
    }
  } finally {
    portions.value.close();
  }
}

async function importAll(
  from: Portions,
  to: TakingOver,
  { warn, progress = () => {} }: Pick<ImportRequest, 'warn' | 'progress'>,
): Promise<Result<Imported, LedgerTrouble>> {
  const { unfinished, total } = from;
  const done = { runs: 0, attempts: 0, countedMicroUsd: 0, known: 0, tooOld: 0, refused: 0, unfinished };
  let found = await from.next();
  for (let count = 0; found.ok && found.value.length > 0; progress(count, total)) {
    count += found.value.length;
    const recent = found.value.filter((one) => to.rowsSince === null || dayOfRun(one) >= to.rowsSince);
    done.tooOld += found.value.length - recent.length;
    // The next ones are read while the database works.
    const [trouble, next] = await Promise.all([addTo(to, recent, { done, warn }), from.next()]);
    if (trouble !== null) return trouble;
    found = next;
  }
  return found.ok ? ok(done) : found;
}

/** Where the ledger refuses one of them, each is added by itself. */
async function addTo(
  to: TakingOver,
  records: readonly RunRecords[],
  by: { done: Imported; warn: (message: string) => void },
): Promise<Result<never, LedgerTrouble> | null> {
  const { done, warn } = by;
  if (records.length === 0) return null;
  const added = await to.add(records);
  if (added.ok) {
    for (const one of records) count(done, one, added.value);
    return null;
  }
  if (added.error.kind !== 'io') return added;
  if (records.length === 1) {
    done.refused += 1;
    warn(`run ${idOf(records[0])} is not imported: ${added.error.message}`);
    return null;
  }
  for (const one of records) {
    const trouble = await addTo(to, [one], by);
    if (trouble !== null) return trouble;
  }
  return null;
}

function count(done: Imported, { attempts, invocation }: RunRecords, fresh: ReadonlySet<string>): void {
  const added = attempts.filter(({ id }) => fresh.has(id));
  done.attempts += added.length;
  done.countedMicroUsd += added.reduce((sum, one) => sum + one.counted_micro_usd, 0);
  const isNew = invocation === null ? added.length > 0 : fresh.has(invocation.id);
  if (isNew) done.runs += 1;
  else done.known += 1;
}

function dayOfRun({ attempts, invocation }: RunRecords): string {
  return invocation?.day ?? attempts[0]?.day ?? '';
}

function idOf(records: RunRecords | undefined): string {
  return records?.invocation?.id ?? records?.attempts[0]?.invocation_id ?? '';
}
