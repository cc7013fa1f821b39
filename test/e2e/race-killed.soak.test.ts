import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow } from '../rig/git-tree.js';
import { survivors } from '../rig/processes.js';
import { rigged } from '../rig/rig.js';
import { race, raceTree } from './race-tree.js';

const ROUNDS = Number(process.env.RACE_ROUNDS ?? 30);
/** From the start of the router until it has ended, ms, on a machine with nothing else to do. */
const WHOLE_MS = 4000;

describe('a race that is killed', () => {
  it(
    'has a trace of its own, which the next run marks as interrupted',
    rigged(async (rig) => {
      const pipe = path.join(rig.home, 'started');
      execFileSync('mkfifo', [pipe]);
      const hangs = `echo half > answer; echo > '${pipe}'; while :; do sleep 1; done`;
      raceTree(rig, { one: hangs, two: hangs, quick: 'echo done' });
      const running = rig.start(race('one,two', '--verify', 'true'));
      for (let n = 0; n < 2; n++) await readFile(pipe);
      const raceOf = () => rig.traces().find(({ attempts }) => attempts.length === 0);
      expect(raceOf()).toMatchObject({ status: 'running' });
      running.kill('SIGKILL');
      await running.done;
      const shown = await rig.run(['trace', 'show', raceOf()?.id ?? '']);
      expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('interrupted')]);
      expect((await rig.run(['exec', '-a', 'me', '--tool', 'quick', '--no-stdin', 'hi'])).code).toBe(0);
      expect(rig.traces().map(({ status }) => status)).toEqual([
        'succeeded',
        'interrupted',
        'interrupted',
        'interrupted',
      ]);
    }),
  );

  it(
    'at any step loses no file, leaves no process, and the next one removes its work trees',
    rigged(
      async (rig) => {
        const edits = 'for f in f*; do echo new > $f; done; echo x > added';
        const tree = raceTree(
          rig,
          {
            good: `sleep 0.2; ${edits}; echo right > answer; echo done`,
            bad: `${edits}; echo wrong > answer; echo done`,
            hangs: `echo half > answer; (while :; do sleep 1; done) & while :; do sleep 1; done`,
          },
          {
            agent: ', max_cost_usd: 1, preferred_model: m',
            tool: ', billing: api, models: [m]',
            more: 'policies: { default: { budget: { daily_usd: 1000, limit: { type: hard } } } }\nmodels: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }\n',
          },
        );
        for (let n = 0; n < 20; n++) rig.write(`f${n}`, 'old\n');
        tree.git('add', '-A');
        tree.git('commit', '-qm', '2');
        const verify = [
          '--verify',
          'echo built > built; echo spoilt > f1; read -r said < answer; [ "$said" = right ]',
        ];
        const args = race('good,bad,hangs', ...verify, '--json');
        for (let round = 0; round < ROUNDS; round++) {
          tree.git('checkout', '-q', '.');
          tree.git('clean', '-qfd');
          const [head, index] = [tree.git('rev-parse', 'HEAD'), tree.git('ls-files', '-s')];
          const before = filesBelow(rig.project);
          const running = rig.start(args);
          const timer = setTimeout(() => running.kill('SIGKILL'), 300 + (round / ROUNDS) * WHOLE_MS);
          await running.done;
          clearTimeout(timer);
          const after = filesBelow(rig.project);
          for (const [at, content] of Object.entries(before))
            if (!at.startsWith('.llm-router'))
              expect([content, 'file new\n', 'file right\n']).toContainEqual(after[at]);
          expect([tree.git('rev-parse', 'HEAD'), tree.git('ls-files', '-s')]).toEqual([head, index]);
          tree.git('checkout', '-q', '.');
          tree.git('clean', '-qfd');
          const next = await rig.spawn(args);
          expect([next.code, next.stderr]).toEqual([
            0,
            expect.stringContaining('applied the change of good m'),
          ]);
          expect([rig.read('answer'), rig.read('f1'), rig.exists('built')]).toEqual([
            'right\n',
            'new\n',
            false,
          ]);
          expect(tree.leftovers()).toEqual([]);
          const { stdout } = await rig.spawn(['budget', '--json']);
          const { budgets } = JSON.parse(stdout) as { budgets: { reserved_usd: number }[] };
          expect(budgets.map((one) => one.reserved_usd)).toEqual([0]);
          expect(await survivors({ groups: new Set(), home: rig.home })).toEqual([]);
        }
      },
      { deadlineMs: 1_500_000 },
    ),
    1_520_000,
  );
});
