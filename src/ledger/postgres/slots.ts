import type { SlotHolder, ToolUse } from '../../domain/facts.js';
import type { SlotState, SlotVerdict } from '../../policy/rate-limit.js';
import type { SlotRequest } from '../slots.js';
import type { Row } from './connection.js';
import type { Asker } from './dead.js';
import type { Transaction } from './transaction.js';

/** A waiting process asks several times a second; one that has not for this long, ms, is stopped and must not block the others. */
export const QUEUE_EXPIRY_MS = 15_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type World = Asker & { leaseMs: number };

/**
 * Decides on one request against the queue of its tool, under the lock of that tool: two round trips. The database keeps the order, so that
 * requests are served in the order of their arrival, whichever asks first.
 */
export async function takeSlot(tx: Transaction, world: World, request: SlotRequest): Promise<SlotVerdict> {
  const { id, tool, inherited, starts } = request;
  // A start in the future was written before the clock was set back: it counts as now.
  tx.run(`UPDATE starts SET at_ms = ${world.now} WHERE tool = $1 AND at_ms > ${world.now}`, tool);
  const [[clock], rows, last] = await Promise.all([
    tx.all(`SELECT ${world.now} AS now_ms`),
    tx.all('SELECT * FROM slots WHERE tool = $1 OR id = ANY($2::text[]) ORDER BY place', tool, [
      id,
      ...inherited,
    ]),
    tx.all('SELECT at_ms FROM starts WHERE tool = $1 ORDER BY at_ms DESC LIMIT $2', tool, starts),
  ]);
  const own = rows.find((row) => row.id === id);
  if (own !== undefined && own.state !== 'waiting') return { is: 'admitted' };
  const nowMs = Number(clock?.now_ms);
  const ofTool = rows.filter((row) => row.tool === tool && row.id !== id);
  const dead = ofTool.filter((row) => isDead(row, { ...world, nowMs }));
  if (dead.length > 0)
    tx.run(
      'DELETE FROM slots WHERE id = ANY($1::text[])',
      dead.map((row) => String(row.id)),
    );
  const live = ofTool.filter((row) => !dead.includes(row));
  const isShared = live.some((row) => inherited.includes(String(row.id)) && row.state !== 'waiting');
  const state = stateOf({ live, own, isShared, nowMs, last: starts === 0 ? null : last });
  const verdict = request.decide(state, nowMs);
  if (verdict.is === 'refused') leaveSlot(tx, id);
  else enter(tx, world, { request, isShared, state: verdict.is === 'admitted' ? 'admitted' : 'waiting' });
  return verdict;
}

/** A waiting process that is stopped loses its place; a holder keeps its slot as long as it is seen to be alive, or as its lease. */
function isDead(row: Row, { livenessOf, nowMs }: Pick<World, 'livenessOf'> & { nowMs: number }): boolean {
  const liveness = livenessOf(String(row.owner));
  if (liveness === 'dead') return true;
  const isExpired = Number(row.expires_ms) <= nowMs;
  return isExpired && (row.state === 'waiting' || liveness === 'unknown');
}

function stateOf(by: {
  live: readonly Row[];
  own: Row | undefined;
  isShared: boolean;
  nowMs: number;
  /** The last starts, latest first; `null`: they do not matter. */
  last: readonly Row[] | null;
}): SlotState {
  const { live, own, isShared, nowMs, last } = by;
  const shared = Number(isShared);
  const waiting = live.filter((row) => row.state === 'waiting');
  const isAhead = (row: Row) =>
    Number(row.shared) > shared ||
    (Number(row.shared) === shared && (own === undefined || Number(row.place) < Number(own.place)));
  // An admitted run that has not started yet counts as starting now.
  const admitted = last === null ? 0 : live.filter((row) => row.state === 'admitted').length;
  const starts = (last ?? []).map((row) => Number(row.at_ms)).reverse();
  return {
    running: live.filter((row) => row.state !== 'waiting' && row.shared === 0).length,
    starts: [...starts, ...Array<number>(admitted).fill(nowMs)],
    ahead: waiting.filter(isAhead).length,
    waiting: waiting.length,
    isQueued: own !== undefined,
    isShared,
  };
}

/** Keeps a place in the queue, or the slot. A sign of life is written only now and then, so that a look that changes nothing is cheap. */
function enter(
  tx: Transaction,
  { now, owner, leaseMs }: World,
  { request, isShared, state }: { request: SlotRequest; isShared: boolean; state: 'admitted' | 'waiting' },
): void {
  const life = state === 'waiting' ? QUEUE_EXPIRY_MS : leaseMs;
  tx.run(
    `INSERT INTO slots (id, tool, state, shared, since_ms, expires_ms, owner) VALUES ($1, $2, $3, $4, ${now}, ${now} + $5, $6)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, shared = excluded.shared, expires_ms = excluded.expires_ms,
        since_ms = CASE WHEN slots.state = excluded.state THEN slots.since_ms ELSE excluded.since_ms END
      WHERE slots.state <> excluded.state OR slots.shared <> excluded.shared OR slots.expires_ms < excluded.expires_ms - $7`,
    request.id,
    request.tool,
    state,
    Number(isShared),
    life,
    owner,
    Math.floor(life / 3),
  );
}

/** Counts a start that is about to happen, whatever becomes of the process. `false`: the slot is gone. Repeating it changes nothing. */
export async function beginSlot(tx: Transaction, { now, leaseMs }: World, id: string): Promise<boolean> {
  const [own] = await tx.all(
    `UPDATE slots SET state = 'running', expires_ms = ${now} + $2 WHERE id = $1 AND state <> 'waiting' RETURNING tool`,
    id,
    leaseMs,
  );
  if (own === undefined) return false;
  const tool = String(own.tool);
  tx.run(`DELETE FROM starts WHERE tool = $1 AND at_ms <= ${now} - ${HOUR_MS}`, tool);
  tx.run(
    `INSERT INTO starts (id, tool, at_ms) VALUES ($1, $2, ${now}) ON CONFLICT (id) DO NOTHING`,
    id,
    tool,
  );
  return true;
}

/** Extends the lease of a slot. */
export function keepSlot(tx: Transaction, { now, leaseMs }: World, id: string): void {
  tx.run(`UPDATE slots SET expires_ms = ${now} + $1 WHERE id = $2`, leaseMs, id);
}

/** Releases a slot, or leaves the queue. */
export function leaveSlot(tx: Transaction, id: string): void {
  tx.run('DELETE FROM slots WHERE id = $1', id);
}

/** Live holders and waiting runs of a tool, oldest first. */
export async function useOf(tx: Transaction, world: World, tool: string): Promise<ToolUse> {
  const [[clock], rows, [starts]] = await Promise.all([
    tx.all(`SELECT ${world.now} AS now_ms`),
    tx.all('SELECT * FROM slots WHERE tool = $1 ORDER BY place', tool),
    tx.all(
      `SELECT count(*) FILTER (WHERE at_ms > ${world.now} - ${MINUTE_MS}) AS minute, count(*) AS hour
        FROM starts WHERE tool = $1 AND at_ms > ${world.now} - ${HOUR_MS}`,
      tool,
    ),
  ]);
  const nowMs = Number(clock?.now_ms);
  return {
    holders: rows.filter((row) => !isDead(row, { ...world, nowMs })).map(holderOf),
    startsInMinute: Number(starts?.minute ?? 0),
    startsInHour: Number(starts?.hour ?? 0),
  };
}

function holderOf({ tool, state, since_ms: sinceMs, owner }: Row): SlotHolder {
  const { pid, host } = JSON.parse(String(owner)) as { pid: number; host: string };
  return { tool: String(tool), isWaiting: state === 'waiting', sinceMs: Number(sinceMs), pid, host };
}
