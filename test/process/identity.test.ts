import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import {
  identityFrom,
  type Liveness,
  livenessSeenBy,
  type Observer,
  type ProcessIdentity,
} from '../../src/process/identity.js';
import { livenessOf, ownIdentity } from '../../src/process/this-process.js';

const IDENTITY: ProcessIdentity = {
  host: 'desk',
  bootId: 'boot-1',
  pidNamespace: 'pid:[1]',
  pid: 7,
  startTicks: 500,
};
const OBSERVER: Observer = {
  host: 'desk',
  bootId: 'boot-1',
  pidNamespace: 'pid:[1]',
  startTicksOf: (pid) => (pid === 7 ? 500 : null),
  isInUse: (pid) => pid === 7,
};
/** A system without `/proc`. */
const PLAIN = { bootId: null, pidNamespace: null, startTicksOf: null };
const PLAIN_IDENTITY = { bootId: null, pidNamespace: null, startTicks: null };

const CASES: readonly [string, Liveness, Partial<ProcessIdentity>, Partial<Observer>][] = [
  ['that can be seen', 'alive', {}, {}],
  ['that has ended', 'dead', { pid: 8 }, {}],
  ['whose pid was given to another process', 'dead', { startTicks: 400 }, {}],
  ['on another host', 'unknown', { host: 'lap' }, {}],
  [
    'on another host, whatever it says of boot and pid',
    'unknown',
    { host: 'lap', bootId: 'boot-2', pid: 8 },
    {},
  ],
  ['of an earlier boot', 'dead', { bootId: 'boot-0' }, {}],
  ['in another PID namespace', 'unknown', { pidNamespace: 'pid:[2]' }, {}],
  ['in another PID namespace whose pid is free here', 'unknown', { pidNamespace: 'pid:[2]', pid: 8 }, {}],
  ['in another PID namespace of an earlier boot', 'dead', { bootId: 'boot-0', pidNamespace: 'pid:[2]' }, {}],
  ['of a record without a PID namespace', 'alive', { pidNamespace: null }, {}],
  ['of a record without a PID namespace that has ended', 'dead', { pidNamespace: null, pid: 8 }, {}],
  ['where neither boot nor list can be read', 'unknown', {}, PLAIN],
  ['where the list is that of another namespace', 'unknown', {}, { startTicksOf: null }],
  [
    'when the process list is of another namespace, in which its pid is free',
    'dead',
    { pid: 8 },
    { startTicksOf: null },
  ],
  ['without a start time whose pid is in use', 'unknown', PLAIN_IDENTITY, PLAIN],
  ['without a start time whose pid is free', 'dead', { ...PLAIN_IDENTITY, pid: 8 }, PLAIN],
];

describe('a process', () => {
  it.each(CASES)('%s is %s', (_title, liveness, identity, observer) => {
    expect(livenessSeenBy({ ...OBSERVER, ...observer }, { ...IDENTITY, ...identity })).toBe(liveness);
  });

  it('is alive when it checks itself', () => {
    const own = ownIdentity();
    expect(own).toMatchObject({ pid: process.pid });
    expect(livenessOf(own)).toBe(process.platform === 'linux' ? 'alive' : 'unknown');
    expect(identityFrom(JSON.parse(JSON.stringify(own)))).toEqual(own);
  });

  it('that has ended is dead', () => {
    const pid = Number(execFileSync('/bin/sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    expect(livenessOf({ ...ownIdentity(), pid })).toBe('dead');
  });
});

describe('an identity in a file', () => {
  it('of an earlier version has no PID namespace', () => {
    const { pidNamespace: _new, ...earlier } = IDENTITY;
    expect(identityFrom(earlier)).toEqual({ ...IDENTITY, pidNamespace: null });
  });

  it.each([
    null,
    'text',
    {},
    { ...IDENTITY, pid: '7' },
    { ...IDENTITY, startTicks: 'soon' },
    { ...IDENTITY, host: 1 },
  ])('%j is not one', (value) => {
    expect(identityFrom(value)).toBeNull();
  });
});
