import type { Spend, SpendQuery, UsageFilter } from '../ledger.js';
import { attemptCondition } from './condition.js';
import type { Row } from './connection.js';
import { drawableOf, familySpend } from './family.js';
import type { Transaction } from './transaction.js';

/** The sums of queries, settled by the roll-up and reserved: all are asked for in one turn. */
export async function spendOf(
  tx: Transaction,
  queries: readonly SpendQuery[],
  { source, day }: { source: Row; day: string } | { source: null; day: string | null },
): Promise<Spend[]> {
  const plain = queries.filter(({ familyOf }) => familyOf === undefined);
  const [sums, drawable, families] = await Promise.all([
    sumsOf(tx, plain),
    source === null ? new Map<string, number>() : drawableOf(tx, source, day),
    Promise.all(
      queries.map(({ familyOf }) => (familyOf === undefined ? null : familySpend(tx, familyOf, source))),
    ),
  ]);
  return queries.map((query, index) => {
    const row = sums[plain.indexOf(query)];
    return (
      families[index] ?? {
        settledMicroUsd: Number(row?.settled ?? 0),
        reservedMicroUsd: Number(row?.reserved ?? 0),
        drawableMicroUsd: drawable.get(query.scope) ?? 0,
      }
    );
  });
}

async function sumsOf(tx: Transaction, queries: readonly SpendQuery[]): Promise<Row[]> {
  if (queries.length === 0) return [];
  const days = queries.map(({ period }) => daysOf(period));
  return tx.all(
    SUMS,
    queries.map(({ scope }) => scope),
    days.map(({ first }) => first),
    days.map(({ last }) => last),
  );
}

const SUMS = `SELECT
    (SELECT coalesce(sum(micro_usd), 0) FROM spend WHERE spend.scope = q.scope AND day BETWEEN q.first AND q.last) AS settled,
    (SELECT coalesce(sum(reservation_scopes.micro_usd), 0) FROM reservation_scopes JOIN reservations ON id = reservation_id
      WHERE reservation_scopes.scope = q.scope AND day BETWEEN q.first AND q.last) AS reserved
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS q(scope, first, last, place) ORDER BY place`;

/** Days compare as text; no month has a day 32. */
function daysOf(period: string): { first: string; last: string } {
  return period.length === 7
    ? { first: `${period}-01`, last: `${period}-31` }
    : { first: period, last: period };
}

/** The sums, with the most that any source would give. */
export function mostDrawable(each: readonly (readonly Spend[])[]): Spend[] {
  const [first = []] = each;
  return first.map((spend, index) => {
    const drawable = each.map((one) => one[index]?.drawableMicroUsd ?? 0);
    return { ...spend, drawableMicroUsd: Math.max(...drawable) };
  });
}

/** What is reserved now, in all scopes together. */
export async function reservedNow(
  tx: Transaction,
  filter?: UsageFilter,
): Promise<{ count: number; microUsd: number }> {
  const [row] = await tx.all(
    `SELECT count(DISTINCT coalesce(attempt_id, id)) AS count, coalesce(sum(micro_usd), 0) AS sum
      FROM reservations WHERE true${attemptCondition(filter)}`,
  );
  return { count: Number(row?.count ?? 0), microUsd: Number(row?.sum ?? 0) };
}
