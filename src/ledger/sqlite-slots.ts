import type { SlotHolder, ToolUse } from '../domain/facts.js';
import type { SlotState, SlotVerdict } from '../policy/rate-limit.js';
import type { Liveness } from '../process/identity.js';
import type { SlotRequest } from './slots.js';
import type { Database, Row } from './sqlite.js';

/** Clock and liveness of the processes that hold slots. */
export interface SlotWorld {
  nowMs: number;
  /** Identity of the asking process, as text. */
  owner: string;
  /** Whether the process behind an owner is alive; of an unknown one the age of its last heartbeat decides. */
  livenessOf: (owner: string) => Liveness;
}

/** How long a process that cannot be seen from here, on another host or in another container, keeps a slot without a heartbeat, ms. */
const SLOT_EXPIRY_MS = 5 * 60_000;
/** A waiting process asks several times a second; one that has not for this long, ms, is stopped and must not block the others. */
export const QUEUE_EXPIRY_MS = 15_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Decides on one request against the queue of its tool. Runs inside a transaction that writes. */
export function takeSlot(db: Database, world: SlotWorld, request: SlotRequest): SlotVerdict {
  const { id, tool } = request;
  const [own] = db.all('SELECT * FROM slots WHERE id = ?', id);
  if (own !== undefined && own.state !== 'waiting') return { is: 'admitted' };
  const isShared = sharesSlot(db, request);
  correctStarts(db, tool, world.nowMs);
  const ahead = clearWay(db, world, { tool, own, isShared });
  const state = stateOf(db, request, { isQueued: own !== undefined, isShared, ahead, nowMs: world.nowMs });
  const verdict = request.decide(state, world.nowMs);
  if (verdict.is === 'refused') leaveSlot(db, id);
  else enter(db, world, { request, isShared, state: verdict.is === 'admitted' ? 'admitted' : 'waiting' });
  return verdict;
}

/** Whether an outer run already has a slot of the same tool. */
function sharesSlot(db: Database, { tool, inherited }: SlotRequest): boolean {
  return inherited.some(
    (id) =>
      db.all("SELECT 1 FROM slots WHERE id = ? AND tool = ? AND state <> 'waiting'", id, tool).length > 0,
  );
}

/** A start in the future was written before the clock was set back: count it as now. */
function correctStarts(db: Database, tool: string, nowMs: number): void {
  const future = db.all('SELECT at_ms, id FROM starts WHERE tool = ? AND at_ms > ?', tool, nowMs);
  for (const { at_ms: atMs, id } of future) {
    db.run('DELETE FROM starts WHERE tool = ? AND at_ms = ? AND id = ?', tool, atMs ?? 0, id ?? '');
    db.run('INSERT OR IGNORE INTO starts (tool, at_ms, id) VALUES (?, ?, ?)', tool, nowMs, id ?? '');
  }
}

/**
 * Removes dead entries that block this one, and returns how many live ones are ahead. A new entry checks all others; a waiting one only
 * the entry before it, or the holders when it is first, so that polling a long queue stays cheap.
 */
function clearWay(
  db: Database,
  world: SlotWorld,
  { tool, own, isShared }: { tool: string; own: Row | undefined; isShared: boolean },
): number {
  const isComing = own === undefined;
  const place = isComing ? Number.MAX_SAFE_INTEGER : Number(own.place);
  const ahead = db.all(
    `SELECT * FROM slots WHERE tool = ? AND state = 'waiting' AND ((shared >= ? AND place < ?) OR shared > ?)
      ORDER BY shared, place DESC`,
    tool,
    Number(isShared),
    place,
    Number(isShared),
  );
  const living = isComing ? dropDead(db, world, ahead) : dropDeadNeighbours(db, world, ahead);
  if (isComing) dropDead(db, world, db.all("SELECT * FROM slots WHERE tool = ? AND state = 'waiting'", tool));
  if (isComing || living === 0)
    dropDead(db, world, db.all("SELECT * FROM slots WHERE tool = ? AND state <> 'waiting'", tool));
  return living;
}

/** Returns how many rows are live. */
function dropDead(db: Database, world: SlotWorld, rows: readonly Row[]): number {
  const dead = rows.filter((row) => isDead(row, world));
  for (const { id } of dead) leaveSlot(db, String(id));
  return rows.length - dead.length;
}

/** For a queue, nearest first: removes dead entries before the first live one, and returns how many are left. */
function dropDeadNeighbours(db: Database, world: SlotWorld, rows: readonly Row[]): number {
  const first = rows.findIndex((row) => !isDead(row, world));
  const dead = first === -1 ? rows : rows.slice(0, first);
  for (const { id } of dead) leaveSlot(db, String(id));
  return rows.length - dead.length;
}

/** A waiting process that is stopped loses its place; a holder keeps its slot as long as it is known to be alive. */
function isDead({ owner, state, expires_ms: expiresMs }: Row, world: SlotWorld): boolean {
  const liveness = world.livenessOf(String(owner));
  if (liveness === 'dead') return true;
  const isExpired = Number(expiresMs) <= world.nowMs;
  return isExpired && (state === 'waiting' || liveness === 'unknown');
}

function stateOf(
  db: Database,
  { tool, starts }: SlotRequest,
  own: { isQueued: boolean; isShared: boolean; ahead: number; nowMs: number },
): SlotState {
  const count = (where: string): number =>
    Number(db.all(`SELECT count(*) AS n FROM slots WHERE tool = ? AND ${where}`, tool)[0]?.n ?? 0);
  const { isQueued, isShared, ahead, nowMs } = own;
  // An admitted run that has not started yet counts as starting now.
  const aboutToStart = Array<number>(starts === 0 ? 0 : count("state = 'admitted'")).fill(nowMs);
  return {
    running: count("state <> 'waiting' AND shared = 0"),
    starts: [...lastStarts(db, tool, starts), ...aboutToStart],
    ahead,
    waiting: count("state = 'waiting'") - Number(isQueued),
    isQueued,
    isShared,
  };
}

function lastStarts(db: Database, tool: string, most: number): number[] {
  if (most === 0) return [];
  const rows = db.all('SELECT at_ms FROM starts WHERE tool = ? ORDER BY at_ms DESC LIMIT ?', tool, most);
  return rows.map((row) => Number(row.at_ms)).reverse();
}

/** Keeps a place in the queue, or the slot. A heartbeat is written only now and then, so that a look that changes nothing is cheap. */
function enter(
  db: Database,
  { nowMs, owner }: SlotWorld,
  { request, isShared, state }: { request: SlotRequest; isShared: boolean; state: 'admitted' | 'waiting' },
): void {
  const life = state === 'waiting' ? QUEUE_EXPIRY_MS : SLOT_EXPIRY_MS;
  db.run(
    `INSERT INTO slots (id, tool, state, shared, since_ms, expires_ms, owner) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, shared = excluded.shared, expires_ms = excluded.expires_ms,
        since_ms = CASE WHEN state = excluded.state THEN since_ms ELSE excluded.since_ms END
      WHERE state <> excluded.state OR shared <> excluded.shared OR expires_ms < excluded.expires_ms - ?`,
    request.id,
    request.tool,
    state,
    Number(isShared),
    nowMs,
    nowMs + life,
    owner,
    life / 3,
  );
}

/** Counts a start that is about to happen, whatever becomes of the process. `false`: the slot is gone. */
export function beginSlot(db: Database, id: string, nowMs: number): boolean {
  const [own] = db.all("SELECT tool FROM slots WHERE id = ? AND state = 'admitted'", id);
  if (own === undefined) return false;
  const tool = String(own.tool);
  db.run("UPDATE slots SET state = 'running' WHERE id = ?", id);
  db.run('DELETE FROM starts WHERE tool = ? AND at_ms <= ?', tool, nowMs - HOUR_MS);
  db.run('INSERT OR IGNORE INTO starts (tool, at_ms, id) VALUES (?, ?, ?)', tool, nowMs, id);
  return true;
}

/** Extends the expiry of a slot. */
export function keepSlot(db: Database, id: string, nowMs: number): void {
  db.run('UPDATE slots SET expires_ms = ? WHERE id = ?', nowMs + SLOT_EXPIRY_MS, id);
}

/** Releases a slot, or leaves the queue. */
export function leaveSlot(db: Database, id: string): void {
  db.run('DELETE FROM slots WHERE id = ?', id);
}

/** Live holders and waiting runs of a tool, oldest first. */
export function useOf(db: Database, world: SlotWorld, tool: string): ToolUse {
  const rows = db.all('SELECT * FROM slots WHERE tool = ? ORDER BY place', tool);
  const since = (ms: number): number =>
    Number(
      db.all('SELECT count(*) AS n FROM starts WHERE tool = ? AND at_ms > ?', tool, world.nowMs - ms)[0]?.n ??
        0,
    );
  return {
    holders: rows.filter((row) => !isDead(row, world)).map(holderOf),
    startsInMinute: since(MINUTE_MS),
    startsInHour: since(HOUR_MS),
  };
}

function holderOf({ tool, state, since_ms: sinceMs, owner }: Row): SlotHolder {
  const { pid, host } = JSON.parse(String(owner)) as { pid: number; host: string };
  return { tool: String(tool), isWaiting: state === 'waiting', sinceMs: Number(sinceMs), pid, host };
}
