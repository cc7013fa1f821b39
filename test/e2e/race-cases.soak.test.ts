import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { race, raceTree } from './race-tree.js';

const MADE = (rig: Rig) => raceTree(rig, { one: 'echo done', two: 'echo done' });

describe('a race that cannot start', () => {
  it(
    'is a usage error that says how to correct it',
    rigged(async (rig) => {
      const { git } = MADE(rig);
      const cases: [args: string[], error: string, hint: string][] = [
        [race('one'), 'a race needs at least two candidates', 'llm-router exec --isolate'],
        [race('one,one'), '`one` is a candidate twice', 'each pair of tool and model once'],
        [race('one,tow'), 'unknown tool `tow`', 'did you mean `two`?'],
        [race('one,,two'), '--candidates: the list has an empty name', 'claude-code,codex'],
        [race('one,two:'), '`two:`, which is not `tool` or `tool:model`', 'claude-code,codex'],
        [race('one,two', '--parallel', '0'), '--parallel: `0` is not a whole number of at least 1', '--help'],
        [race('one,two', '--cascade'), '`--cascade` needs `--verify`', '--verify "npm test"'],
        [
          race('one,two', '--cascade', '--verify', 'true', '--parallel', '2'),
          '`--cascade` and `--parallel` contradict each other',
          'leave one of them out',
        ],
        [race('one,two', '--verify', 'nope x'), 'the verify command `nope` is not found', 'a line for `sh`'],
        [race('one,two', '--verify', ' '), '`--verify` is empty', 'npm test'],
        [race('one,two', '--verify-timeout', '3s'), '`--verify-timeout` is given without `--verify`', ''],
        [race('one,two', '--access', 'read'), 'a candidate with access `read` changes no files', 'edit'],
        [
          race('one,two', '--cwd', rig.home),
          'is not in a Git work tree',
          'the work tree of a Git repository',
        ],
      ];
      for (const [args, error, hint] of cases) {
        const { code, stdout, stderr } = await rig.run(args);
        expect([code, stdout, stderr]).toEqual([64, '', expect.stringContaining(error)]);
        expect(stderr).toContain(hint);
      }
      git('clone', '-q', '--bare', '.', 'bare.git');
      const bare = await rig.run(race('one,two', '--cwd', 'bare.git'));
      expect([bare.code, bare.stderr]).toEqual([64, expect.stringContaining('the repository is bare')]);
      rig.write('.git/MERGE_HEAD', git('rev-parse', 'HEAD'));
      const merging = await rig.run(race('one,two'));
      expect([merging.code, merging.stderr]).toEqual([64, expect.stringContaining('a merge is in progress')]);
      expect(rig.traces()).toEqual([]);
    }),
  );
});
