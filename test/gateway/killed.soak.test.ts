import { describe, expect, it } from '@jest/globals';
import { today } from '../e2e/money.js';
import { rigged } from '../rig/rig.js';
import { answer, message } from './caller.js';
import { callsOf, journals, killedRun, micro, shown } from './killed-run.js';

const BODY = message('claude-1', 100);
/** Micro-dollars that an answer of 50 and 10 tokens costs. */
const COST = 50 * 10 + 10 * 30;

describe('the trace of a run whose router was killed', () => {
  it(
    'keeps them when the next run has marked it, and nothing is left beside it',
    rigged(async (rig) => {
      const steps = [{ body: BODY }, { method: 'GET', path: '/v1/models' }];
      await killedRun(rig, { steps, quiet: true }, async (provider) => {
        await answer(50, 10)(await provider.nextCall());
        await provider.nextCall();
      });
      expect(journals(rig)).toHaveLength(1);
      const before = await shown(rig);
      const { interrupted } = await today(rig);
      expect([callsOf(before), micro(interrupted.counted_usd)]).toEqual([[[200, COST, undefined]], COST]);
      await rig.run(['exec', '--tool', 'mock', '--no-stdin', 'hi']);
      expect(journals(rig)).toEqual([]);
      const [kept] = rig.traces().filter(({ id }) => id === (before as { id?: string }).id);
      expect(kept).toMatchObject({ status: 'interrupted', attempts: [{ calls: [{ status: 200 }] }] });
    }),
  );
});
