import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { family, held, install, nestedOf, spentAndHeld } from './family-cap.js';

const HARD = 'budget: [{ daily_usd: 0.5, limit: { type: hard }, per_request_usd: 0.5 }]';
const DONE = `echo '{"text":"done","cost":0.05}'`;

async function outer(rig: Rig, ...args: string[]) {
  const result = await rig.run(['exec', '--json', '--no-stdin', ...args, 'go']);
  expect(result).toMatchObject({ code: 0 });
  return result.json();
}

describe('the cap of a run binds the runs nested in it', () => {
  it(
    'without any budget: the one that would pass it is refused with 79, and the outer run goes on and knows',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family());
      const calls = 'for i in 1 2 3 4; do nested --max-cost 0.1 hi >&2; echo "code $?" >> codes; done';
      install(rig, { caller: `${calls}\n${DONE}` });
      const document = await outer(rig, '--max-cost', '0.35');
      expect(rig.read('codes')).toBe('code 0\ncode 0\ncode 0\ncode 79\n');
      expect(document).toMatchObject({
        nested: { calls: 4, refused: 1, spent_usd: 0.3, cap_usd: 0.35 },
        warnings: expect.arrayContaining([
          '1 of 4 nested calls was refused; under the cap of $0.35 they have spent $0.30',
        ]),
      });
      expect(nestedOf(rig, document).statuses).toEqual([
        'budget_exceeded',
        'succeeded',
        'succeeded',
        'succeeded',
      ]);
      const [refused] = rig.traces().filter(({ failure }) => failure !== null);
      expect(refused?.failure?.message).toContain('$0.30 of the $0.35 for the outer call with all');
      expect(await held(rig)).toBe(0);
    }),
  );

  it(
    'under a hard budget: they take over its reservation, which would leave no room beside it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family({ budget: HARD, inner: 'max_cost_usd: 0.2' }));
      install(rig, {
        caller: `nested hi >&2; echo "code $?" >> codes; nested hi >&2; echo "code $?" >> codes\n${DONE}`,
      });
      const document = await outer(rig);
      expect(rig.read('codes')).toBe('code 0\ncode 0\n');
      expect(document).toMatchObject({
        cost: { usd: 0.05 },
        nested: { calls: 2, refused: 0, spent_usd: 0.2 },
      });
      const [line] = JSON.parse((await rig.run(['budget', '--json'])).stdout).budgets;
      expect(line).toMatchObject({ used_usd: 0.25, reserved_usd: 0, left_usd: 0.25 });
    }),
  );

  it(
    'also where its own tool costs nothing, and a call without a cap may spend what is left',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family({ outer: 'billing: subscription' }));
      install(rig, {
        caller: `nested --json hi > first; nested hi >&2; echo "code $?" >> codes\n${DONE}`,
        bot: `echo '{"text":"inside","cost":0.35}'`,
      });
      const document = await outer(rig, '--max-cost', '0.35');
      expect(JSON.parse(rig.read('first'))).toMatchObject({ status: 'succeeded', cost: { usd: 0.35 } });
      expect(rig.read('codes')).toBe('code 79\n');
      expect(document.nested).toEqual({ calls: 2, refused: 1, spent_usd: 0.35, cap_usd: 0.35 });
    }),
  );

  it(
    'where all requests have the same `per_request_usd`: a nested one may spend what is left of it',
    rigged(async (rig) => {
      const budget = 'budget: [{ per_request_usd: 0.5, daily_usd: 5, limit: { type: hard } }]';
      rig.write('llm-router.yaml', family({ budget }));
      const caller = `echo '{"cost":0.1}'; /bin/sleep 0.3; nested --json hi > first; nested --json --max-cost 0.5 hi > second\n`;
      install(rig, { caller: `${caller}${DONE.replace('0.05', '0.1')}` });
      const document = await outer(rig);
      expect(JSON.parse(rig.read('first'))).toMatchObject({ status: 'succeeded', cost: { usd: 0.1 } });
      expect(JSON.parse(rig.read('second'))).toMatchObject({ failure: { type: 'budget_exceeded' } });
      expect(document.nested).toEqual({ calls: 2, refused: 1, spent_usd: 0.1, cap_usd: 0.5 });
    }),
  );

  it(
    'at any depth: a grandchild takes over what its own caller has reserved',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family());
      const deeper =
        '[ "$LLM_ROUTER_DEPTH" = 2 ] && nested --max-cost 0.1 hi >&2 && nested --max-cost 0.25 hi >&2';
      const first = '[ "$LLM_ROUTER_DEPTH" = 1 ] && nested -a outer hi >&2';
      install(rig, { caller: `${first}; ${deeper}; echo "$?" >> codes\n${DONE}` });
      const document = await outer(rig, '--max-cost', '0.4');
      expect(rig.read('codes')).toBe('0\n1\n');
      // Two calls of the tool `caller` and two of `bot`.
      expect(document.nested).toEqual({ calls: 3, refused: 0, spent_usd: 0.25, cap_usd: 0.4 });
    }),
  );

  it(
    'ends the tool that has spent, with them, more than that',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family());
      const caller = `nested --max-cost 0.2 hi >&2\necho '{"cost":0.25}'\nexec /bin/sleep 60`;
      install(rig, { caller });
      const result = await rig.run(['exec', '--json', '--no-stdin', '--max-cost', '0.3', 'go']);
      expect(result).toMatchObject({ code: 79 });
      expect(result.json().failure?.message).toContain(
        'it has cost $0.25 and its nested calls $0.10, over the cap of $0.30',
      );
    }),
  );
});

describe('max_children of a policy', () => {
  it(
    'refuses with 77 what is over the number in all',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family({ policy: 'max_children: { in_all: 2 }' }));
      install(rig, { caller: `for i in 1 2 3; do nested hi >&2; echo "code $?" >> codes; done\n${DONE}` });
      const document = await outer(rig);
      expect(rig.read('codes')).toBe('code 0\ncode 0\ncode 77\n');
      expect(document.nested).toEqual({ calls: 3, refused: 1, spent_usd: null, cap_usd: null });
      expect(
        rig
          .traces()
          .map(({ failure }) => failure?.type ?? null)
          .sort(),
      ).toEqual(['not_allowed', null, null, null]);
    }),
  );

  it(
    'lets those over the number at once wait',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family({ policy: 'max_children: { at_once: 1 }' }));
      const bot =
        '/bin/mkdir busy || echo overlap >> codes; /bin/sleep 0.1; /bin/rmdir busy; echo \'{"text":"inside"}\'';
      install(rig, { caller: `nested hi >&2 & nested hi >&2 & nested hi >&2 & wait\n${DONE}`, bot });
      await outer(rig);
      expect(rig.exists('codes')).toBe(false);
      expect(rig.traces().map(({ status, failure }) => failure?.message ?? status)).toEqual(
        Array(4).fill('succeeded'),
      );
    }),
  );
});

const CAPS = { outer: 'billing: api', outerAgent: 'max_cost_usd: 1', inner: 'max_cost_usd: 0.1' };
const FREE = `echo '{"text":"done","cost":0}'`;
const PAID = `echo x >> calls; /bin/sleep 0.0$(( $$ % 9 )); echo '{"text":"inside","cost":0.1}'`;

const CHILDREN = 74;
const ROOM = 10;
const ROUNDS = 6;
/** So many processes at once take a while on a busy machine. */
const PATIENT = { deadlineMs: 240_000 };

describe(`${CHILDREN} children of one run under a cap with room for ${ROOM}`, () => {
  it(
    `run exactly ${ROOM} times`,
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        family({ budget: 'budget: [{ daily_usd: 1, limit: { type: hard } }]', ...CAPS }),
      );
      install(rig, {
        caller: `i=0; while [ $i -lt ${CHILDREN} ]; do i=$((i+1)); (nested hi; echo "code $?" >> codes) >&2 & done; wait\n${FREE}`,
      });
      const [document] = await Promise.all([outer(rig), watch(rig)]);
      const codes = rig.read('codes').trim().split('\n');
      expect(codes.filter((code) => code === 'code 0')).toHaveLength(ROOM);
      expect(codes.filter((code) => code === 'code 79')).toHaveLength(CHILDREN - ROOM);
      expect(document.nested).toEqual({
        calls: CHILDREN,
        refused: CHILDREN - ROOM,
        spent_usd: 1,
        cap_usd: 1,
      });
      expect(await held(rig)).toBe(0);
    }, PATIENT),
    PATIENT.deadlineMs + 10_000,
  );

  for (let round = 1; round <= ROUNDS; round++) {
    // Every other round has no budget at all, only `--max-cost`.
    const hasBudget = round % 2 === 0;
    it(
      `never pass it while they are killed at any moment, and leave nothing stuck (round ${round}, ${hasBudget ? 'a budget' : 'no budget'})`,
      rigged(async (rig) => {
        const budget = hasBudget ? 'budget: [{ daily_usd: 1, limit: { type: hard } }]' : '';
        rig.write('llm-router.yaml', family({ budget, ...CAPS }));
        install(rig, { caller: `${killing(round)}\n${FREE}`, bot: PAID });
        const [document] = await Promise.all([outer(rig, '--max-cost', '1'), watch(rig)]);
        const called = rig.exists('calls') ? rig.read('calls').trim().split('\n').length : 0;
        const spent = document.nested?.spent_usd ?? 0;
        expect(spent).toBeLessThanOrEqual(1);
        // Every paid call is in the sum.
        expect(spent).toBeGreaterThanOrEqual(Math.round(called * 10) / 100);
        const once = await rig.run(['exec', '--no-stdin', '-a', 'inner', '--tool', 'mock', 'once more']);
        expect(once.code).toBe(0);
        expect(await held(rig)).toBe(0);
      }, PATIENT),
      PATIENT.deadlineMs + 10_000,
    );
  }
});

/** Starts the children in groups of their own and kills about half of them after a while that differs. */
function killing(seed: number): string {
  return `i=0; while [ $i -lt ${CHILDREN} ]; do i=$((i+1))
  nested hi >&2 & pid=$!
  if [ $(( (i * ${seed * 7 + 3}) % 5 )) -lt 2 ]; then (/bin/sleep $(( (i * ${seed} * 37) % 16 )).$(( (i * ${seed} * 53) % 10 )); kill -9 $pid) >&2 2>&1 & fi
done; wait`;
}

/** While a run goes on: the family never spends and holds more than its cap. */
async function watch(rig: Rig): Promise<void> {
  for (;;) {
    const running = rig.traces().find((trace) => trace.parent_id === null);
    if (running !== undefined && running.status !== 'running') return;
    if (running !== undefined) expect(await spentAndHeld(rig, running.id)).toBeLessThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
