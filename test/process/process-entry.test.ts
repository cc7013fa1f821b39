import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { PS_ARGS, parsePs, parseStat } from '../../src/process/process-entry.js';
import { listProcesses } from '../../src/process/process-list.js';

const STAT =
  '4242 (a) (b c) S 17 4000 3999 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 987654 0 0 18446744073709551615 0';

describe('a line of /proc/<pid>/stat', () => {
  it('is read after a name with any characters', () => {
    expect(parseStat(STAT)).toEqual({
      pid: 4242,
      parent: 17,
      group: 4000,
      session: 3999,
      start: 987654,
      name: 'a) (b c',
      isDead: false,
    });
  });

  it.each(['Z', 'X'])('of state %s is a dead process', (state) => {
    expect(parseStat(STAT.replace(' S ', ` ${state} `))?.isDead).toBe(true);
  });

  it.each(['', 'nonsense', '1 (a) S 2 3'])('%j is not one', (text) => {
    expect(parseStat(text)).toBeNull();
  });
});

describe('the list of ps', () => {
  it('is read as macOS prints it', () => {
    const text = [
      '    1     0     1 Ss   Fri Nov 20 09:05:01 2026     /sbin/launchd',
      '  712   700   700 Z+   Sat Nov 21 03:41:28 2026     (zsh)',
      ' 9001   712  9001 S    Sun Nov  1 00:00:00 2026     /Applications/My App.app/My App',
      'garbage',
      '',
    ].join('\n');
    const known = { session: 0 };
    expect(parsePs(text)).toEqual([
      { ...known, pid: 1, parent: 0, group: 1, start: 1795165501, name: 'launchd', isDead: false },
      { ...known, pid: 712, parent: 700, group: 700, start: 1795232488, name: '(zsh)', isDead: true },
      { ...known, pid: 9001, parent: 712, group: 9001, start: 1793491200, name: 'My App', isDead: false },
    ]);
  });

  it('of this machine matches the processes that the router reads', async () => {
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const listed = parsePs(execFileSync('ps', PS_ARGS, { encoding: 'utf8', env }));
    const seen = (await listProcesses()) ?? [];
    for (const rows of [listed, seen]) {
      expect(rows.find(({ pid }) => pid === process.pid)).toMatchObject({
        parent: process.ppid,
        isDead: false,
      });
    }
  });
});
