import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { race, raceTree } from './race-tree.js';

describe('a race that cannot start', () => {
  it(
    'is a usage error that says how to correct it',
    rigged(async (rig) => {
      raceTree(rig, { one: 'echo done', two: 'echo done' });
      const { code, stdout, stderr } = await rig.run(race('one'));
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toContain('a race needs at least two candidates');
      expect(stderr).toContain('llm-router exec --isolate');
      expect(rig.traces()).toEqual([]);
    }),
  );

  it(
    'as a dry run shows the plan and the most that it may cost, and runs nothing',
    rigged(async (rig) => {
      raceTree(rig, { one: 'echo done', two: 'echo done' }, { agent: ', max_cost_usd: 0.5' });
      const args = race('one,two', '--verify', 'true', '--dry-run');
      const { code, stdout } = await rig.run(args);
      expect([code, stdout.split('\n').slice(-4)]).toEqual([
        0,
        [
          '  race: 2 candidates, all at once',
          '  verified by: true  (at most 10m each)',
          '  worst case: $1.00 for all together, $0.50 each',
          '',
        ],
      ]);
      const document = (await rig.run([...args, '--json'])).json() as unknown as { race: object };
      expect(document).toMatchObject({
        status: 'planned',
        race: { mode: 'parallel', parallel: 2, verify: 'true', cap_usd: 1, winner_id: null },
      });
      expect(rig.traces()).toEqual([]);
    }),
  );
});
