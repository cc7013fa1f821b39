import type { ProcessEntry } from '../../process/process-entry.js';

/** What is known of a family before the list of processes is read again. */
export interface KnownKin {
  /** Members seen before: start by pid. */
  known: ReadonlyMap<number, number>;
  /** Sessions and groups that members founded. */
  bonds: ReadonlySet<number>;
  /** Proof that does not come from the list: a variable in its environment, a pipe that it holds. */
  isMarked: (row: ProcessEntry) => boolean;
}

/** Who of the listed processes belongs to a family, the dead included. */
export interface Kin {
  members: ProcessEntry[];
  bonds: Set<number>;
}

/**
 * Members are those seen before, those with the mark, and whoever is a child of a member or stands in a session or group that
 * a member founded: all who are in it come from there, even when their parents are gone. A session that a member merely is in
 * proves nothing, since a mark can be carried into the session of a stranger.
 */
export function kinIn(rows: readonly ProcessEntry[], before: KnownKin): Kin {
  const bonds = new Set(before.bonds);
  const members = new Map<number, ProcessEntry>();
  const isKin = (row: ProcessEntry): boolean =>
    before.known.get(row.pid) === row.start ||
    members.has(row.parent) ||
    bonds.has(row.session) ||
    bonds.has(row.group) ||
    before.isMarked(row);
  let rest = [...rows];
  for (let grown = true; grown; ) {
    const found = rest.filter(isKin);
    grown = found.length > 0;
    for (const row of found) {
      members.set(row.pid, row);
      if (row.session === row.pid || row.group === row.pid) bonds.add(row.pid);
    }
    rest = rest.filter(({ pid }) => !members.has(pid));
  }
  return { members: [...members.values()], bonds: livingBonds(bonds, rows) };
}

/** The number of a session that nobody is in any more may be given to a stranger. */
function livingBonds(bonds: ReadonlySet<number>, rows: readonly ProcessEntry[]): Set<number> {
  const inUse = new Set(rows.flatMap(({ session, group }) => [session, group]));
  return new Set([...bonds].filter((bond) => inUse.has(bond)));
}

/** Members that may stay: those with one of the names, and what they started. The leader itself may never. */
export function sparedKin(
  members: readonly ProcessEntry[],
  by: { leader: number; isNamed: (row: ProcessEntry) => boolean },
): Set<number> {
  const spared = new Set(
    members.filter((row) => row.pid !== by.leader && by.isNamed(row)).map(({ pid }) => pid),
  );
  for (let size = -1; size !== spared.size; ) {
    size = spared.size;
    for (const { pid, parent } of members) if (spared.has(parent)) spared.add(pid);
  }
  return spared;
}
