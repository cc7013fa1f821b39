import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { race, raceTree } from './race-tree.js';

const RIGHT = ['--verify', 'read -r said < answer; [ "$said" = right ]'];
const WRITES = (text: string) => `echo ${text} > answer; echo done`;
/** Ends by no signal but SIGKILL, and so does the process in a session of its own that it starts. */
const HANGS = `trap '' TERM; echo half > answer; setsid sh -c "trap '' TERM; while :; do sleep 1; done" & while :; do sleep 1; done`;

interface RaceDocument {
  winner_id: string | null;
  applied: string | null;
  candidates: { id: string; tool: string; result: string; failure: { type: string } | null }[];
}

function raceOf(stdout: string): RaceDocument {
  return (JSON.parse(stdout) as { race: RaceDocument }).race;
}

function resultsOf({ candidates }: RaceDocument): string[] {
  return candidates.map(({ tool, result, failure }) => `${tool} ${result} ${failure?.type ?? ''}`.trim());
}

/** What is held in the ledger, and how many attempts it counts. */
async function budgetOf(rig: Rig): Promise<{ used: number; reserved: number }> {
  const { stdout } = await rig.spawn(['budget', '--json']);
  const [first] = (JSON.parse(stdout) as { budgets: { used_usd: number; reserved_usd: number }[] }).budgets;
  return { used: first?.used_usd ?? 0, reserved: first?.reserved_usd ?? 0 };
}

const HARD = (usd: number) =>
  `policies: { default: { budget: { daily_usd: ${usd}, limit: { type: hard } } } }\nmodels: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }\n`;
const CAPPED = { agent: ', max_cost_usd: 1, preferred_model: m', tool: ', billing: api, models: [m]' };

describe('a race', () => {
  it(
    'takes the change that passes, although it comes late, and ends what hangs with all its processes',
    rigged(
      async (rig) => {
        const tree = raceTree(
          rig,
          { wrong: WRITES('wrong'), slow: `sleep 1; echo new > added; ${WRITES('right')}`, hangs: HANGS },
          { ...CAPPED, more: HARD(10) },
        );
        const { code, stdout, stderr } = await rig.spawn(race('wrong,slow,hangs', ...RIGHT, '--json'));
        expect([code, stderr]).toEqual([
          0,
          expect.stringContaining('applied the change of slow m to 2 files'),
        ]);
        const done = raceOf(stdout);
        expect(resultsOf(done)).toEqual([
          'wrong failed not_verified',
          'slow passed',
          'hangs ended cancelled',
        ]);
        expect(done.applied).toBe('applied');
        expect(done.winner_id).toBe(done.candidates[1]?.id);
        expect([rig.read('answer'), rig.read('added')]).toEqual(['right\n', 'new\n']);
        expect(tree.leftovers()).toEqual([]);
        expect((await budgetOf(rig)).reserved).toBe(0);
        const [whole] = rig.traces().filter((trace) => 'race' in trace);
        expect(whole).toMatchObject({ status: 'succeeded', tool: 'slow' });
        const isolation = { cwd: rig.project, keeps_branch: false, race_id: whole?.id };
        const nested = rig.traces().filter(({ parent_id }) => parent_id === whole?.id);
        const own = expect.objectContaining({ isolation });
        expect(nested.map(({ request }) => request)).toEqual([own, own, own]);
        const undone = await rig.spawn(['undo', done.winner_id ?? '', '--yes']);
        expect([undone.code, rig.read('answer'), rig.exists('added')]).toEqual([0, 'old\n', false]);
        await rig.spawn(['apply', done.candidates[0]?.id ?? '']);
        expect(rig.read('answer')).toBe('wrong\n');
      },
      { deadlineMs: 60_000 },
    ),
    70_000,
  );

  it(
    'as a cascade goes by list price, and starts the next only after a failure',
    rigged(async (rig) => {
      const price = (usd: number) => `{ cost_per_1m_tokens: { input: ${usd}, output: ${usd} } }`;
      raceTree(
        rig,
        { cheap: WRITES('wrong'), middle: WRITES('right'), dear: WRITES('right') },
        {
          tool: ', models: [a, b, c]',
          more: `models: { a: ${price(1)}, b: ${price(5)}, c: ${price(9)} }\n`,
        },
      );
      const ran = await rig.spawn(
        race('dear:c,cheap:a,middle:b', '--cascade', '--task', 'fix', ...RIGHT, '--json'),
      );
      expect(ran.stderr).not.toContain('maps no task');
      expect([ran.code, resultsOf(raceOf(ran.stdout))]).toEqual([
        0,
        ['cheap failed not_verified', 'middle passed', 'dear not_started'],
      ]);
      // The costs of these tools are unknown.
      const { stdout } = await rig.spawn(['stats', '--races', '--by', 'task,tool', '--format', 'csv']);
      expect(stdout.split('\n').slice(1, -1)).toEqual([
        'fix,middle,1,1,1,1,1,0,1,',
        'fix,cheap,1,1,1,0,0,0,1,',
      ]);
      expect(rig.read('answer')).toBe('right\n');
    }),
    60_000,
  );

  it(
    'without a winner exits 1 with the reason of every candidate, and changes nothing',
    rigged(async (rig) => {
      const tree = raceTree(rig, { wrong: WRITES('wrong'), broken: 'echo no >&2; exit 3' });
      const { code, stdout, stderr } = await rig.spawn(race('wrong,broken', ...RIGHT));
      expect(code).toBe(1);
      expect(stderr).toContain('error: no candidate passed [not_verified]\n');
      expect(stderr).toContain(
        '  wrong: not_verified: `read -r said < answer; [ "$said" = right ]` exited with 1\n',
      );
      expect(stderr).toContain('  broken: provider_error: `broken` exited with 3: no');
      expect(stdout).toContain('failed (not_verified)');
      expect(rig.read('answer')).toBe('old\n');
      expect(tree.leftovers()).toEqual([]);
    }),
    60_000,
  );

  it(
    'without a command to verify runs all, and in a pipe says how to take one',
    rigged(async (rig) => {
      raceTree(rig, { one: WRITES('one'), two: WRITES('two'), broken: 'exit 3' });
      const { code, stdout, stderr } = await rig.spawn(race('one,two,broken', '--json'));
      const { candidates, winner_id: winner } = raceOf(stdout);
      expect([code, winner, candidates.map(({ result }) => result)]).toEqual([
        0,
        null,
        ['answered', 'answered', 'failed'],
      ]);
      expect(stderr).toContain(`\`llm-router apply ${candidates[0]?.id}\` puts it onto your files`);
      expect(rig.read('answer')).toBe('old\n');
      const applied = await rig.spawn(['apply', candidates[1]?.id ?? '']);
      expect([applied.code, rig.read('answer')]).toEqual([0, 'two\n']);
    }),
    60_000,
  );

  it(
    'brings back what the candidate left, without what the verification made',
    rigged(async (rig) => {
      raceTree(rig, { one: WRITES('right'), two: 'exit 1' });
      const builds = 'echo x > built; echo spoilt >> answer; mkdir out; echo o > out/o';
      const { code } = await rig.spawn(race('one,two', '--verify', `PATH=/bin:/usr/bin; ${builds}`));
      expect([code, rig.read('answer'), rig.exists('built'), rig.exists('out')]).toEqual([
        0,
        'right\n',
        false,
        false,
      ]);
    }),
    60_000,
  );

  it(
    'that meets other changes in the same lines exits 1 with `conflict`, and keeps the change',
    rigged(async (rig) => {
      raceTree(rig, { one: WRITES('right'), two: 'exit 1' });
      const spoils = `echo mine > '${path.join(rig.project, 'answer')}'`;
      const { code, stdout, stderr } = await rig.spawn(race('one,two', '--verify', spoils, '--json'));
      expect([code, raceOf(stdout).applied, rig.read('answer')]).toEqual([1, 'conflict', 'mine\n']);
      expect(stderr).toContain('the change conflicts with yours in `answer` [conflict]');
      rig.write('answer', 'old\n');
      const applied = await rig.spawn(['apply', raceOf(stdout).winner_id ?? '']);
      expect([applied.code, rig.read('answer')]).toEqual([0, 'right\n']);
    }),
    60_000,
  );

  it(
    'ends a verification that takes too long, and one whose program is missing says why that may be',
    rigged(async (rig) => {
      raceTree(rig, { one: WRITES('right'), two: WRITES('right') });
      const slow = await rig.spawn(
        race('one,two', '--verify', 'PATH=/bin:/usr/bin; sleep 60', '--verify-timeout', '300ms'),
      );
      expect(slow.code).toBe(1);
      expect(slow.stderr).toContain('did not end within 300 ms');
      const missing = await rig.spawn(race('one,two', '--verify', 'true && no-such-runner'));
      expect(missing.code).toBe(1);
      expect(missing.stderr).toMatch(/exited with 127: .*no-such-runner/);
      expect(missing.stderr).toContain('ignored files such as `node_modules` are not in the work tree');
    }),
    60_000,
  );

  it(
    'with a hard budget that has room for one runs that one, and says why the others did not',
    rigged(async (rig) => {
      raceTree(
        rig,
        { one: `sleep 1; ${WRITES('right')}`, two: `sleep 1; ${WRITES('right')}` },
        { ...CAPPED, more: HARD(1.5) },
      );
      const { code, stdout } = await rig.spawn(race('one,two', ...RIGHT, '--json'));
      expect(code).toBe(0);
      const results = resultsOf(raceOf(stdout)).map((one) => one.replace(/^(one|two) /, ''));
      expect(results.sort()).toEqual(['failed budget_exceeded', 'passed']);
      expect((await budgetOf(rig)).used).toBeLessThanOrEqual(1.5);
    }),
    60_000,
  );

  it(
    'keeps all candidates together under `--max-cost`',
    rigged(async (rig) => {
      raceTree(
        rig,
        { one: WRITES('a'), two: WRITES('b'), three: WRITES('c') },
        { ...CAPPED, more: HARD(10) },
      );
      const { stdout } = await rig.spawn(race('one,two,three', ...RIGHT, '--max-cost', '2', '--json'));
      expect(resultsOf(raceOf(stdout)).filter((one) => one.endsWith('budget_exceeded'))).toHaveLength(1);
      // Without a reported cost all that was reserved counts.
      expect(await budgetOf(rig)).toEqual({ used: 2, reserved: 0 });
    }),
    60_000,
  );

  it(
    'does not meet another one in the same tree',
    rigged(
      async (rig) => {
        const tree = raceTree(rig, {
          one: `sleep 0.5; echo one > first; echo done`,
          two: 'sleep 0.5; echo two > second; echo done',
          bad: 'exit 1',
        });
        const [first, second] = await Promise.all([
          rig.spawn(race('one,bad', '--verify', '[ -f first ] && [ ! -f second ]', '--json')),
          rig.spawn(race('two,bad', '--verify', '[ -f second ]', '--json')),
        ]);
        expect([first.code, second.code]).toEqual([0, 0]);
        expect([rig.read('first'), rig.read('second')]).toEqual(['one\n', 'two\n']);
        expect(tree.leftovers()).toEqual([]);
      },
      { deadlineMs: 60_000 },
    ),
    70_000,
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with all of its candidates at %s',
    async (signal) => {
      await rigged(
        async (rig) => {
          const tree = raceTree(
            rig,
            { one: HANGS, two: `echo half > answer; while :; do sleep 1; done` },
            { ...CAPPED, more: HARD(10) },
          );
          const running = rig.start(race('one,two', ...RIGHT, '--json'));
          await until(() => rig.traces().length >= 2);
          running.kill(signal);
          const { code, stdout } = await running.done;
          expect([code, raceOf(stdout).candidates.map(({ result }) => result)]).toEqual([
            signal === 'SIGINT' ? 130 : 143,
            ['ended', 'ended'],
          ]);
          expect([rig.read('answer'), tree.leftovers()]).toEqual(['old\n', []]);
          expect((await budgetOf(rig)).reserved).toBe(0);
        },
        { deadlineMs: 60_000 },
      )();
    },
    70_000,
  );

  it(
    'out of time exits 124, and ends a verification too',
    rigged(async (rig) => {
      const tree = raceTree(rig, { one: WRITES('right'), two: 'exit 1' });
      const verify = ['--verify', 'PATH=/bin:/usr/bin; while :; do sleep 1; done'];
      const { code } = await rig.spawn(race('one,two', ...verify, '--timeout', '4s'));
      expect([code, rig.read('answer'), tree.leftovers()]).toEqual([124, 'old\n', []]);
    }),
    60_000,
  );
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}
