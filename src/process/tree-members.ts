import type { ProcessEntry } from './process-entry.js';

/** What is known of a process tree before the processes are listed again. */
export interface KnownMembers {
  /** Members seen before: start by pid. */
  known: ReadonlyMap<number, number>;
  /** Sessions and process groups that members created. */
  groups: ReadonlySet<number>;
  /** Proof from outside the list: the marker in the environment, or a pipe of the tool that is open. */
  isMarked: (entry: ProcessEntry) => boolean;
}

/** The listed processes that belong to a tree, zombies included, and the sessions and groups they created. */
export interface TreeMembers {
  members: ProcessEntry[];
  groups: Set<number>;
}

/**
 * Members are the processes seen before, those with the marker, children of members, and all in a session or group that a member
 * created, since only descendants can be in there, even orphans. A session that a member merely joined proves nothing: a marked
 * process can be started in the session of an unrelated one.
 */
export function membersIn(entries: readonly ProcessEntry[], before: KnownMembers): TreeMembers {
  const groups = new Set(before.groups);
  const members = new Map<number, ProcessEntry>();
  const isMember = (entry: ProcessEntry): boolean =>
    before.known.get(entry.pid) === entry.start ||
    members.has(entry.parent) ||
    groups.has(entry.session) ||
    groups.has(entry.group) ||
    before.isMarked(entry);
  let rest = [...entries];
  for (let grown = true; grown; ) {
    const found = rest.filter(isMember);
    grown = found.length > 0;
    for (const entry of found) {
      members.set(entry.pid, entry);
      if (entry.session === entry.pid || entry.group === entry.pid) groups.add(entry.pid);
    }
    rest = rest.filter(({ pid }) => !members.has(pid));
  }
  return { members: [...members.values()], groups: inUse(groups, entries) };
}

/** The number of an empty session can be given to an unrelated process. */
function inUse(groups: ReadonlySet<number>, entries: readonly ProcessEntry[]): Set<number> {
  const used = new Set(entries.flatMap(({ session, group }) => [session, group]));
  return new Set([...groups].filter((group) => used.has(group)));
}

/** Pids of the members that may outlive the tool: those with one of the names, and their descendants. Never the leader itself. */
export function allowedToStay(
  members: readonly ProcessEntry[],
  by: { leader: number; isNamed: (entry: ProcessEntry) => boolean },
): Set<number> {
  const allowed = new Set(
    members.filter((entry) => entry.pid !== by.leader && by.isNamed(entry)).map(({ pid }) => pid),
  );
  for (let size = -1; size !== allowed.size; ) {
    size = allowed.size;
    for (const { pid, parent } of members) if (allowed.has(parent)) allowed.add(pid);
  }
  return allowed;
}
