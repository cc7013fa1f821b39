import type { AdmitRequest, Verdict } from '../ledger.js';
import { dayAt } from './clock.js';
import type { Row } from './connection.js';
import { type Asker, isAnyDead, ownersOf, takeBack } from './dead.js';
import { draw, enterFamily, sourcesOf, suffices } from './family.js';
import { spendOf } from './spend.js';
import type { Transaction } from './transaction.js';

/**
 * Takes back what is due, then reserves what `decide` allows. What is reserved already stays as it is: the answer to the first time may
 * have been lost on its way.
 */
export async function admit<Refusal>(
  tx: Transaction,
  asker: Asker & { leaseMs: number },
  request: AdmitRequest<Refusal>,
): Promise<Verdict<Refusal>> {
  const { family, invocationId: id } = request;
  if (family !== null) enterFamily(tx, { id, familyId: family.ownerId }, dayAt(asker.now));
  const ask = () =>
    Promise.all([
      tx.all('SELECT micro_usd FROM reservations WHERE id = $1', request.id),
      ownersOf(tx, asker),
      decided(tx, request),
    ]);
  let [[known], owners, { verdict, source }] = await ask();
  if (isAnyDead(owners, asker)) {
    await takeBack(tx, asker);
    [[known], owners, { verdict, source }] = await ask();
  }
  if (known !== undefined) return { reserveMicroUsd: Number(known.micro_usd) };
  if ('refusal' in verdict) return verdict;
  await reserve(tx, request, { microUsd: verdict.reserveMicroUsd, asker, source });
  return verdict;
}

/** The verdict, and the reservation that the run takes its money over from: the nearest that holds enough, else that of the owner. */
async function decided<Refusal>(
  tx: Transaction,
  request: AdmitRequest<Refusal>,
): Promise<{ verdict: Verdict<Refusal>; source: Row | null }> {
  const day = dayOfRequest(request);
  const sources = request.family === null ? [] : await sourcesOf(tx, request.family);
  const decideWith = async (source: Row | null): Promise<Verdict<Refusal>> =>
    request.decide(await spendOf(tx, request.queries, { source, day }));
  for (const source of sources.slice(0, -1)) {
    const verdict = await decideWith(source);
    if ('reserveMicroUsd' in verdict && suffices(source, verdict.reserveMicroUsd)) return { verdict, source };
  }
  const last = sources.at(-1) ?? null;
  return { verdict: await decideWith(last), source: last };
}

function dayOfRequest({ atMs }: AdmitRequest<unknown>): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Stores a reservation in all of its scopes. */
async function reserve(
  tx: Transaction,
  request: AdmitRequest<unknown>,
  by: { microUsd: number; asker: Asker & { leaseMs: number }; source: Row | null },
): Promise<void> {
  const { scopes } = request;
  const { now, leaseMs, owner } = by.asker;
  const day = dayOfRequest(request);
  const drawn = await draw(tx, by.source, { scopes, day, microUsd: by.microUsd });
  tx.run(
    `INSERT INTO reservations (id, attempt_id, invocation_id, n, day, scopes, agent, tool, model, micro_usd, seen_micro_usd,
      begun, created_ms, expires_ms, owner, source, drawn)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, ${now}, ${now} + $11, $12, $13, $14)`,
    request.id,
    request.attemptId,
    request.invocationId,
    request.n,
    day,
    JSON.stringify(scopes),
    request.agent,
    request.tool,
    request.model,
    by.microUsd,
    leaseMs,
    owner,
    by.source === null ? null : String(by.source.id),
    drawn.isDrawn ? 1 : 0,
  );
  // A call is a sign of life of its attempt and of the other calls of that.
  if (request.attemptId !== null)
    tx.run(
      `UPDATE reservations SET expires_ms = greatest(expires_ms, ${now} + $1) WHERE id = $2 OR attempt_id = $2`,
      leaseMs,
      request.attemptId,
    );
  const isDrawn = scopes.map((scope) => (drawn.scopes.has(scope) ? 1 : 0));
  tx.run(
    `INSERT INTO reservation_scopes (scope, reservation_id, micro_usd, drawn)
      SELECT scope, $2, $3::bigint, drawn FROM unnest($1::text[], $4::smallint[]) AS one(scope, drawn)`,
    scopes,
    request.id,
    by.microUsd,
    isDrawn,
  );
}
