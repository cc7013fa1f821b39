import type { FamilyShare, NestedRun, NestedRuns, Spend } from './ledger.js';
import type { Database, Row } from './sqlite.js';

/** What the runs of a family have spent and hold, micro-USD. */
export function familySpend(db: Database, ownerId: string, source: Row | null): Spend {
  const nested = nestedSpend(db, ownerId);
  const [own] = db.all(
    `SELECT (SELECT coalesce(sum(counted_micro_usd), 0) FROM attempts WHERE invocation_id = ?) AS settled,
      (SELECT coalesce(sum(CASE WHEN attempt_id IS NULL THEN seen_micro_usd ELSE micro_usd END), 0)
        FROM reservations WHERE invocation_id = ?) AS seen`,
    ownerId,
    ownerId,
  );
  const isOwners = source?.invocation_id === ownerId;
  return {
    settledMicroUsd: nested.settled + Number(own?.settled ?? 0),
    reservedMicroUsd: nested.reserved + Number(own?.seen ?? 0),
    // The owner's reservation is what the cap is about: it counts by what was seen of it.
    drawableMicroUsd: source === null || isOwners ? 0 : unspent(source, Number(source.micro_usd)),
  };
}

/** What the runs nested in a run have spent and hold. */
function nestedSpend(db: Database, ownerId: string): { settled: number; reserved: number } {
  const of = 'invocation_id IN (SELECT id FROM nested_runs WHERE family_id = ?)';
  const [row] = db.all(
    `SELECT (SELECT coalesce(sum(counted_micro_usd), 0) FROM attempts WHERE ${of}) AS settled,
      (SELECT coalesce(sum(micro_usd), 0) FROM reservations WHERE ${of}) AS reserved`,
    ownerId,
    ownerId,
  );
  return { settled: Number(row?.settled ?? 0), reserved: Number(row?.reserved ?? 0) };
}

/**
 * The reservations that a nested run may take over a part of: that of the nearest outer attempt, then that of the owner; none where
 * both are over.
 */
export function sourcesOf(db: Database, { ownerId, sourceId }: FamilyShare): Row[] {
  const nearest = db.all(
    `SELECT * FROM reservations WHERE id = ? AND invocation_id <> ?
      AND invocation_id IN (SELECT id FROM nested_runs WHERE family_id = ?)`,
    sourceId,
    ownerId,
    ownerId,
  );
  const owners = 'SELECT * FROM reservations WHERE invocation_id = ? AND attempt_id IS NULL';
  return [...nearest, ...db.all(owners, ownerId).slice(0, 1)];
}

/** Whether a source holds so much that it has not spent. */
export function suffices(source: Row, microUsd: number): boolean {
  return unspent(source, Number(source.micro_usd)) >= microUsd;
}

/** What a source holds in a scope and has not spent; zero on another day, on which it does not count. */
export function drawableIn(db: Database, source: Row | null, by: { scope: string; day: string }): number {
  if (source === null || source.day !== by.day) return 0;
  const [amount] = db.all(
    'SELECT micro_usd FROM reservation_scopes WHERE scope = ? AND reservation_id = ?',
    by.scope,
    source.id ?? '',
  );
  return amount === undefined ? 0 : unspent(source, Number(amount.micro_usd));
}

function unspent(source: Row, heldMicroUsd: number): number {
  return Math.max(0, heldMicroUsd - Number(source.seen_micro_usd));
}

/**
 * Takes what a reservation needs from its source, in each scope in which that holds enough; in others it comes beside it. Returns where it
 * was taken.
 */
export function draw(
  db: Database,
  source: Row | null,
  by: { scopes: readonly string[]; day: string; microUsd: number },
): { isDrawn: boolean; scopes: ReadonlySet<string> } {
  if (source === null) return { isDrawn: false, scopes: new Set() };
  const { day, microUsd } = by;
  const drawn = by.scopes.filter((scope) => drawableIn(db, source, { scope, day }) >= microUsd);
  const id = String(source.id);
  for (const scope of drawn) changeAmount(db, { id, scope }, -microUsd);
  const isDrawn = suffices(source, microUsd);
  if (isDrawn) changeHeld(db, id, -microUsd);
  return { isDrawn, scopes: new Set(drawn) };
}

/**
 * Gives back to its source what a reservation has left; what it spent beyond it is taken from the source too, as far as that holds it. A
 * source that is over gets nothing.
 */
export function giveBack(db: Database, row: Row, countedMicroUsd: number): void {
  if (row.source === null || row.source === undefined) return;
  const source = String(row.source);
  const amounts = db.all(
    'SELECT * FROM reservation_scopes WHERE drawn = 1 AND reservation_id = ?',
    row.id ?? '',
  );
  for (const { scope, micro_usd: held } of amounts)
    changeAmount(db, { id: source, scope: String(scope) }, Number(held) - countedMicroUsd);
  if (row.drawn === 1) changeHeld(db, source, Number(row.micro_usd) - countedMicroUsd);
}

function changeAmount(db: Database, of: { id: string; scope: string }, byMicroUsd: number): void {
  db.run(
    'UPDATE reservation_scopes SET micro_usd = max(0, micro_usd + ?) WHERE scope = ? AND reservation_id = ?',
    byMicroUsd,
    of.scope,
    of.id,
  );
}

function changeHeld(db: Database, id: string, byMicroUsd: number): void {
  db.run('UPDATE reservations SET micro_usd = max(0, micro_usd + ?) WHERE id = ?', byMicroUsd, id);
}

/** Notes that a run is under the cap of another, also where its caller did not say so. */
export function enterFamily(db: Database, run: { id: string; familyId: string; day: string }): void {
  db.run(
    `INSERT INTO nested_runs (id, parent_id, family_id, day, refused) VALUES (?, NULL, ?, ?, 0)
      ON CONFLICT (id) DO UPDATE SET family_id = excluded.family_id`,
    run.id,
    run.familyId,
    run.day,
  );
}

/** Notes that a run is nested in another. `false`: its parent has made as many as it may. Repeating it changes nothing. */
export function joinFamily(db: Database, run: NestedRun & { day: string }): boolean {
  const [known] = db.all('SELECT refused FROM nested_runs WHERE id = ?', run.id);
  if (known !== undefined) return known.refused === 0;
  const isFull = run.mostInAll !== null && childrenOf(db, run.parentId) >= run.mostInAll;
  db.run(
    'INSERT INTO nested_runs (id, parent_id, family_id, day, refused) VALUES (?, ?, ?, ?, ?)',
    run.id,
    run.parentId,
    run.familyId,
    run.day,
    isFull ? 1 : 0,
  );
  return !isFull;
}

/** How many nested runs a run has made so far, those that were refused for their number left out. */
export function childrenOf(db: Database, parentId: string | null): number {
  const [row] = db.all('SELECT count(*) AS n FROM nested_runs WHERE parent_id = ? AND refused = 0', parentId);
  return Number(row?.n ?? 0);
}

/** The runs nested in a run: those under its cap, or that its tool has made. */
export function nestedIn(db: Database, id: string): NestedRuns {
  const [row] = db.all(
    `SELECT count(*) AS n, coalesce(sum(refused OR coalesce(failure = 'budget_exceeded', 0)), 0) AS refused
      FROM nested_runs LEFT JOIN invocations USING (id)
      WHERE nested_runs.family_id = ? OR nested_runs.parent_id = ?`,
    id,
    id,
  );
  const { settled, reserved } = nestedSpend(db, id);
  return {
    runs: Number(row?.n ?? 0),
    refused: Number(row?.refused ?? 0),
    countedMicroUsd: settled + reserved,
  };
}
