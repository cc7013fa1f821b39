import { describe, expect, it } from '@jest/globals';
import type { Ledger, RaceKey } from '../../src/ledger/ledger.js';
import { good } from './attempts.js';
import { ENGINES } from './engines.js';
import { invocationOf } from './invocations.js';

/** A candidate of race `race`, or of none; its cost is unknown with `null`. */
async function ran(
  ledger: Ledger,
  id: string,
  of: {
    race: string | null;
    tool: string;
    task: string | null;
    passed: number | null;
    microUsd: number | null;
  },
): Promise<void> {
  const { race, tool, task, passed, microUsd } = of;
  const tries = [{ tool, model: 'm', tokens: null, microUsd, failure: passed === 1 ? null : 'timeout' }];
  const known = { day: '2026-03-01', agent: 'coder', session: null, tags: {}, latencyMs: 1, fallback: false };
  const row = invocationOf({ id, ...known, tries, compared: null });
  good(await ledger.record({ ...row, race_id: race, task, passed }));
}

describe.each(ENGINES)('the races in a ledger on $name', ({ make }) => {
  it('are counted by candidates, judged ones apart, with what all of them cost', async () => {
    const bench = make();
    try {
      const ledger = await bench.as('me');
      await ran(ledger, 'A', { race: 'R', tool: 'codex', task: 'fix', passed: 1, microUsd: 300 });
      await ran(ledger, 'B', { race: 'R', tool: 'bot', task: 'fix', passed: null, microUsd: 50 });
      await ran(ledger, 'C', { race: 'S', tool: 'codex', task: null, passed: 0, microUsd: 100 });
      await ran(ledger, 'D', { race: 'S', tool: 'bot', task: null, passed: 1, microUsd: null });
      await ran(ledger, 'E', { race: null, tool: 'bot', task: 'fix', passed: null, microUsd: 7 });
      const asked = async (by: RaceKey[], filter = {}) => {
        const days = { since: '2026-03-01', until: '2026-03-01' };
        const groups = good(await ledger.races(days, by, filter));
        return groups.map(({ keys, races, candidates, judged, passed, chargedMicroUsd, withoutPrice }) =>
          [...keys, races, candidates, judged, passed, chargedMicroUsd, withoutPrice].join(' '),
        );
      };
      expect(await asked([])).toEqual(['2 4 3 2 450 1']);
      expect((await asked(['tool'])).sort()).toEqual(['bot 2 2 1 1 50 1', 'codex 2 2 2 1 400 0']);
      expect((await asked(['week', 'task'])).sort()).toEqual([
        '2026-02-23  1 2 2 1 100 1',
        '2026-02-23 fix 1 2 1 1 350 0',
      ]);
      expect(await asked(['tool'], { tool: 'codex' })).toEqual(['codex 2 2 2 1 400 0']);
      expect(await asked([], { project: { name: 'elsewhere' } })).toEqual(['0 0 0 0 0 0']);
    } finally {
      bench.dispose();
    }
  });
});
