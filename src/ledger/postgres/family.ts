import type { FamilyShare, NestedRun, NestedRuns, Spend } from '../ledger.js';
import type { Row } from './connection.js';
import type { Transaction } from './transaction.js';

/** What the runs of a family have spent and hold, micro-USD. */
export async function familySpend(tx: Transaction, ownerId: string, source: Row | null): Promise<Spend> {
  const [nested, [own]] = await Promise.all([
    nestedSpend(tx, ownerId),
    tx.all(
      `SELECT (SELECT coalesce(sum(counted_micro_usd), 0) FROM attempts WHERE invocation_id = $1) AS settled,
        (SELECT coalesce(sum(CASE WHEN attempt_id IS NULL THEN seen_micro_usd ELSE micro_usd END), 0)
          FROM reservations WHERE invocation_id = $1) AS seen`,
      ownerId,
    ),
  ]);
  const isOwners = source?.invocation_id === ownerId;
  return {
    settledMicroUsd: nested.settled + Number(own?.settled ?? 0),
    reservedMicroUsd: nested.reserved + Number(own?.seen ?? 0),
    // The owner's reservation is what the cap is about: it counts by what was seen of it.
    drawableMicroUsd: source === null || isOwners ? 0 : unspent(source, Number(source.micro_usd)),
  };
}

/** What the runs nested in a run have spent and hold. */
async function nestedSpend(tx: Transaction, ownerId: string): Promise<{ settled: number; reserved: number }> {
  const of = 'invocation_id IN (SELECT id FROM nested_runs WHERE family_id = $1)';
  const [row] = await tx.all(
    `SELECT (SELECT coalesce(sum(counted_micro_usd), 0) FROM attempts WHERE ${of}) AS settled,
      (SELECT coalesce(sum(micro_usd), 0) FROM reservations WHERE ${of}) AS reserved`,
    ownerId,
  );
  return { settled: Number(row?.settled ?? 0), reserved: Number(row?.reserved ?? 0) };
}

/**
 * The reservations that a nested run may take over a part of: that of the nearest outer attempt, then that of the owner; none where
 * both are over.
 */
export async function sourcesOf(tx: Transaction, { ownerId, sourceId }: FamilyShare): Promise<Row[]> {
  const [nearest, owners] = await Promise.all([
    tx.all(
      `SELECT * FROM reservations WHERE id = $1 AND invocation_id <> $2
        AND invocation_id IN (SELECT id FROM nested_runs WHERE family_id = $2)`,
      sourceId,
      ownerId,
    ),
    tx.all(
      'SELECT * FROM reservations WHERE invocation_id = $1 AND attempt_id IS NULL ORDER BY place',
      ownerId,
    ),
  ]);
  return [...nearest, ...owners.slice(0, 1)];
}

/** Whether a source holds so much that it has not spent. */
export function suffices(source: Row, microUsd: number): boolean {
  return unspent(source, Number(source.micro_usd)) >= microUsd;
}

/** What a source holds in each scope and has not spent; nothing on another day, on which it does not count. */
export async function drawableOf(
  tx: Transaction,
  source: Row,
  day: string,
): Promise<ReadonlyMap<string, number>> {
  if (source.day !== day) return new Map();
  const rows = await tx.all(
    'SELECT scope, micro_usd FROM reservation_scopes WHERE reservation_id = $1',
    String(source.id),
  );
  return new Map(rows.map((row) => [String(row.scope), unspent(source, Number(row.micro_usd))]));
}

function unspent(source: Row, heldMicroUsd: number): number {
  return Math.max(0, heldMicroUsd - Number(source.seen_micro_usd));
}

/**
 * Takes what a reservation needs from its source, in each scope in which that holds enough; in others it comes beside it. Returns where it
 * was taken.
 */
export async function draw(
  tx: Transaction,
  source: Row | null,
  by: { scopes: readonly string[]; day: string; microUsd: number },
): Promise<{ isDrawn: boolean; scopes: ReadonlySet<string> }> {
  if (source === null) return { isDrawn: false, scopes: new Set() };
  const { day, microUsd } = by;
  const drawable = await drawableOf(tx, source, day);
  const drawn = by.scopes.filter((scope) => (drawable.get(scope) ?? 0) >= microUsd);
  const id = String(source.id);
  for (const scope of drawn) changeAmount(tx, { id, scope }, -microUsd);
  const isDrawn = suffices(source, microUsd);
  if (isDrawn) changeHeld(tx, id, -microUsd);
  return { isDrawn, scopes: new Set(drawn) };
}

/**
 * Gives back to its source what a reservation has left; what it spent beyond it is taken from the source too, as far as that holds it. A
 * source that is over gets nothing.
 */
export function giveBack(
  tx: Transaction,
  row: Row,
  { amounts, countedMicroUsd }: { amounts: readonly Row[]; countedMicroUsd: number },
): void {
  if (row.source === null || row.source === undefined) return;
  const source = String(row.source);
  for (const { scope, micro_usd: held } of amounts)
    changeAmount(tx, { id: source, scope: String(scope) }, Number(held) - countedMicroUsd);
  if (row.drawn === 1) changeHeld(tx, source, Number(row.micro_usd) - countedMicroUsd);
}

function changeAmount(tx: Transaction, of: { id: string; scope: string }, byMicroUsd: number): void {
  tx.run(
    'UPDATE reservation_scopes SET micro_usd = greatest(0, micro_usd + $1) WHERE scope = $2 AND reservation_id = $3',
    byMicroUsd,
    of.scope,
    of.id,
  );
}

function changeHeld(tx: Transaction, id: string, byMicroUsd: number): void {
  tx.run('UPDATE reservations SET micro_usd = greatest(0, micro_usd + $1) WHERE id = $2', byMicroUsd, id);
}

/** Notes that a run is under the cap of another, also where its caller did not say so. */
export function enterFamily(tx: Transaction, run: { id: string; familyId: string }, today: string): void {
  tx.run(
    `INSERT INTO nested_runs (id, parent_id, family_id, day, refused) VALUES ($1, NULL, $2, ${today}, 0)
      ON CONFLICT (id) DO UPDATE SET family_id = excluded.family_id`,
    run.id,
    run.familyId,
  );
}

/** Notes that a run is nested in another. `false`: its parent has made as many as it may. Repeating it changes nothing. */
export async function joinFamily(tx: Transaction, run: NestedRun, today: string): Promise<boolean> {
  const [[known], made] = await Promise.all([
    tx.all('SELECT refused FROM nested_runs WHERE id = $1', run.id),
    childrenOf(tx, run.parentId),
  ]);
  if (known !== undefined) return known.refused === 0;
  const isFull = run.mostInAll !== null && made >= run.mostInAll;
  tx.run(
    `INSERT INTO nested_runs (id, parent_id, family_id, day, refused) VALUES ($1, $2, $3, ${today}, $4)`,
    run.id,
    run.parentId,
    run.familyId,
    isFull ? 1 : 0,
  );
  return !isFull;
}

/** How many nested runs a run has made so far, those that were refused for their number left out. */
export async function childrenOf(tx: Transaction, parentId: string | null): Promise<number> {
  const [row] = await tx.all(
    'SELECT count(*) AS n FROM nested_runs WHERE parent_id = $1 AND refused = 0',
    parentId,
  );
  return Number(row?.n ?? 0);
}

/** The runs nested in a run: those under its cap, or that its tool has made. */
export async function nestedIn(tx: Transaction, id: string): Promise<NestedRuns> {
  const [[row], { settled, reserved }] = await Promise.all([
    tx.all(
      `SELECT count(*) AS n, count(*) FILTER (WHERE refused = 1 OR failure = 'budget_exceeded') AS refused
        FROM nested_runs LEFT JOIN invocations USING (id)
        WHERE nested_runs.family_id = $1 OR nested_runs.parent_id = $1`,
      id,
    ),
    nestedSpend(tx, id),
  ]);
  return {
    runs: Number(row?.n ?? 0),
    refused: Number(row?.refused ?? 0),
    countedMicroUsd: settled + reserved,
  };
}
