import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { family, held, install, nestedOf } from './family-cap.js';

it(
  'the cap of a run binds the runs nested in it: one that would pass it ends with 79, and the outer run goes on and knows',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', family());
    const calls = 'for i in 1 2; do nested --max-cost 0.1 hi >&2; echo "code $?" >> codes; done';
    install(rig, { caller: `${calls}\necho '{"text":"done","cost":0.05}'` });
    const result = await rig.run(['exec', '--json', '--no-stdin', '--max-cost', '0.15', 'go']);
    expect(result).toMatchObject({ code: 0 });
    expect(rig.read('codes')).toBe('code 0\ncode 79\n');
    const document = result.json();
    expect(document.nested).toEqual({ calls: 2, refused: 1, spent_usd: 0.1, cap_usd: 0.15 });
    expect(document.warnings).toContain(
      '1 of 2 nested calls was refused; under the cap of $0.15 they have spent $0.10',
    );
    expect(nestedOf(rig, document).statuses).toEqual(['budget_exceeded', 'succeeded']);
    const refused = rig.traces().find((trace) => trace.failure !== null);
    expect(refused?.failure?.message).toContain(
      '$0.10 of the $0.15 for the outer call with all of its nested calls is used',
    );
    expect(await held(rig)).toBe(0);
  }),
);
