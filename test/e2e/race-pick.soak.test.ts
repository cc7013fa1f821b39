import { describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';
import { rigged } from '../rig/rig.js';
import { race, raceTree } from './race-tree.js';

/** Both runs are in this process, which takes as long as several. */
const SLOW = { deadlineMs: 90_000 };

describe('a race without a command to verify', () => {
  it(
    'asks on a terminal which change to take, and takes none without an answer',
    rigged(async (rig) => {
      raceTree(rig, {
        one: 'sleep 1; echo 1 > answer; echo done',
        broken: 'exit 3',
        two: 'echo 2 > answer; echo done',
      });
      const pick = (...answers: string[]) =>
        runInProcess(race('one,broken,two'), {
          root: rig.home,
          cwd: rig.project,
          env: { ...rig.env, NO_COLOR: '1' },
          columns: 120,
          nowMs: Date.now(),
          monotonicMs: () => performance.now(),
          random: Math.random,
          readLine: async () => answers.shift() ?? '',
        });
      const none = await pick('');
      expect([none.code, rig.read('answer')]).toEqual([0, 'old\n']);
      expect(none.stdout).toMatch(/^1 +one .*\n +broken +failed \(provider_error\).*\n2 +two /m);
      expect(none.stderr).toContain('Apply which one? [1-2, Enter: none]');
      expect(none.stderr).toContain('nothing is changed yet: `llm-router diff ');
      const second = await pick('3', '2');
      expect(second.stderr).toContain('give a number from 1 to 2, or nothing');
      expect(second.stderr).toContain('applied the change of two to 1 file');
      expect([second.code, rig.read('answer')]).toEqual([0, '2\n']);
    }, SLOW),
    100_000,
  );
});
