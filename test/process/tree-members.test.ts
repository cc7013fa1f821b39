import { describe, expect, it } from '@jest/globals';
import type { ProcessEntry } from '../../src/process/process-entry.js';
import { allowedToStay, type KnownMembers, membersIn } from '../../src/process/tree-members.js';

const ROUTER = 100;
const LEADER = 200;

/** A process by its pid and parent; in the group and session of the leader by default. */
function entry(pid: number, parent: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, parent, group: LEADER, session: LEADER, start: pid, name: 'p', isDead: false, ...more };
}

const own = (pid: number) => ({ group: pid, session: pid });
const router = entry(ROUTER, 1, { group: 90, session: 80 });
const neighbour = entry(95, 1, { group: 90, session: 80 });
const shell = entry(80, 1, own(80));

function known(more: Partial<KnownMembers> = {}): KnownMembers {
  return {
    known: new Map([[LEADER, LEADER]]),
    groups: new Set([LEADER]),

    isMarked: () => false,
    ...more,
  };
}

function pidsOf(entries: readonly ProcessEntry[], before = known()): number[] {
  return membersIn([shell, neighbour, router, ...entries], before)
    .members.map(({ pid }) => pid)
    .sort();
}

describe('a process tree', () => {
  it('contains the leader and the processes of its group', () => {
    expect(pidsOf([entry(LEADER, ROUTER), entry(201, LEADER), entry(202, 1)])).toEqual([LEADER, 201, 202]);
  });

  it('contains children in their own sessions, in any order of the list', () => {
    const entries = [entry(203, 202, own(202)), entry(202, LEADER, own(202)), entry(LEADER, ROUTER)];
    expect(pidsOf(entries)).toEqual([LEADER, 202, 203]);
  });

  it('contains the orphans of a session that a member created', () => {
    expect(pidsOf([entry(203, 1, own(202))])).toEqual([]);
    expect(pidsOf([entry(203, 1, own(202))], known({ groups: new Set([LEADER, 202]) }))).toEqual([203]);
  });

  it('contains a process that was seen before, unless its pid was reused', () => {
    const before = known({ known: new Map([[300, 7]]) });
    expect(pidsOf([entry(300, 1, { ...own(300), start: 7 })], before)).toEqual([300]);
    expect(pidsOf([entry(300, 1, { ...own(300), start: 8 })], before)).toEqual([]);
  });

  it('contains the processes with the marker, and their children', () => {
    const before = known({ isMarked: ({ pid }) => pid === 300 });
    expect(pidsOf([entry(300, 1, own(300)), entry(301, 300, own(300))], before)).toEqual([300, 301]);
  });

  it('does not contain the session or group of an unrelated process that a marked process joined', () => {
    const before = known({ isMarked: ({ pid }) => pid === 300 });
    expect(pidsOf([entry(300, 1, { group: 90, session: 80 })], before)).toEqual([300]);
  });

  it('forgets an empty session', () => {
    const before = known({ groups: new Set([LEADER, 250]) });
    expect([...membersIn([router, entry(LEADER, ROUTER)], before).groups]).toEqual([LEADER]);
  });
});

describe('the processes that may keep running', () => {
  const members = [
    entry(LEADER, ROUTER, { name: 'daemon' }),
    entry(201, LEADER, { name: 'daemon' }),
    entry(203, 202),
    entry(202, 201),
    entry(204, LEADER),
  ];

  it('are those with the name, and their descendants, but never the leader', () => {
    const allowed = allowedToStay(members, { leader: LEADER, isNamed: ({ name }) => name === 'daemon' });
    expect([...allowed].sort()).toEqual([201, 202, 203]);
  });
});
