import { describe, expect, it } from '@jest/globals';
import { type KnownKin, kinIn, sparedKin } from '../../../src/adapters/command/kin.js';
import type { ProcessEntry } from '../../../src/process/process-entry.js';

const ROUTER = 100;
const LEADER = 200;

/** A process by its number and parent; in the group and session of the leader unless told otherwise. */
function row(pid: number, parent: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, parent, group: LEADER, session: LEADER, start: pid, name: 'p', isDead: false, ...more };
}

const own = (pid: number) => ({ group: pid, session: pid });
const router = row(ROUTER, 1, { group: 90, session: 80 });
const neighbour = row(95, 1, { group: 90, session: 80 });
const shell = row(80, 1, own(80));

function known(more: Partial<KnownKin> = {}): KnownKin {
  return {
    known: new Map([[LEADER, LEADER]]),
    bonds: new Set([LEADER]),

    isMarked: () => false,
    ...more,
  };
}

function pidsOf(rows: readonly ProcessEntry[], before = known()): number[] {
  return kinIn([shell, neighbour, router, ...rows], before)
    .members.map(({ pid }) => pid)
    .sort();
}

describe('a family', () => {
  it('is the leader and who stands in its group', () => {
    expect(pidsOf([row(LEADER, ROUTER), row(201, LEADER), row(202, 1)])).toEqual([LEADER, 201, 202]);
  });

  it('holds children in sessions of their own, whatever order they are listed in', () => {
    const rows = [row(203, 202, own(202)), row(202, LEADER, own(202)), row(LEADER, ROUTER)];
    expect(pidsOf(rows)).toEqual([LEADER, 202, 203]);
  });

  it('holds the orphans of a session that a member founded', () => {
    expect(pidsOf([row(203, 1, own(202))])).toEqual([]);
    expect(pidsOf([row(203, 1, own(202))], known({ bonds: new Set([LEADER, 202]) }))).toEqual([203]);
  });

  it('holds who was seen before, unless the number was given to another', () => {
    const before = known({ known: new Map([[300, 7]]) });
    expect(pidsOf([row(300, 1, { ...own(300), start: 7 })], before)).toEqual([300]);
    expect(pidsOf([row(300, 1, { ...own(300), start: 8 })], before)).toEqual([]);
  });

  it('holds who has its mark, and the children of those', () => {
    const before = known({ isMarked: ({ pid }) => pid === 300 });
    expect(pidsOf([row(300, 1, own(300)), row(301, 300, own(300))], before)).toEqual([300, 301]);
  });

  it('never grows into the session or group of a stranger that one with its mark is in', () => {
    const before = known({ isMarked: ({ pid }) => pid === 300 });
    expect(pidsOf([row(300, 1, { group: 90, session: 80 })], before)).toEqual([300]);
  });

  it('forgets a session that nobody is in any more', () => {
    const before = known({ bonds: new Set([LEADER, 250]) });
    expect([...kinIn([router, row(LEADER, ROUTER)], before).bonds]).toEqual([LEADER]);
  });
});

describe('who may stay', () => {
  const members = [
    row(LEADER, ROUTER, { name: 'daemon' }),
    row(201, LEADER, { name: 'daemon' }),
    row(203, 202),
    row(202, 201),
    row(204, LEADER),
  ];

  it('is who has the name, and what those started, but never the leader', () => {
    const spared = sparedKin(members, { leader: LEADER, isNamed: ({ name }) => name === 'daemon' });
    expect([...spared].sort()).toEqual([201, 202, 203]);
  });
});
