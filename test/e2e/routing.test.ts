import { describe, expect, it } from '@jest/globals';
import type { ExecDocument } from '../rig/document.js';
import { rigged } from '../rig/rig.js';
import { firstRows } from '../soak.js';
import { claudeSays, geminiSays, TEAM } from './configs.js';

const OPTIMISED = `${TEAM}
policies:
  default:
    cost_optimization:
      simple_task_threshold_tokens: 1500
      simple_task_models: [haiku]
`;

/** English prose of about 100 tokens. */
const PARAGRAPH = `The cache keeps the answers of earlier requests for a while, so that the same question need not be asked
twice. An entry that is older than one hour is thrown away, and when the memory is full the entry that has been unused
for the longest time goes first. Every reader sees either the old value or the new one, never a mixture of the two, even
while several writers are busy at the same moment. Please review the change below and name every mistake that you find.
`;

function rulesOf(document: ExecDocument): string[] {
  const [chosen] = document.plan.candidates.filter((candidate) => candidate.model === document.model);
  return chosen?.because.map(({ rule }) => rule) ?? [];
}

describe('cost optimisation', () => {
  it(
    'sends a small prompt to the cheap model, with the reason',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OPTIMISED);
      rig.script('claude', [{ expect: { argv: ['-p', '--model', 'haiku'] }, stdout: claudeSays('ok') }]);
      const document = (await rig.run(['exec', '--json', '-a', 'backend-dev', PARAGRAPH.repeat(8)])).json();
      expect(document).toMatchObject({ tool: 'claude-code', model: 'haiku' });
      expect(rulesOf(document)).toEqual(['cost_optimization']);
      expect(document.plan.candidates[1]).toMatchObject({ tool: 'claude-code', model: 'sonnet' });
      expect(rig.traces().map(rulesOf)).toEqual([['cost_optimization']]);
    }),
  );

  it(
    'sends a large prompt to the preferred model, with the reason',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OPTIMISED);
      rig.script('claude', [{ expect: { argv: ['-p', '--model', 'sonnet'] }, stdout: claudeSays('ok') }]);
      const document = (await rig.run(['exec', '--json', '-a', 'backend-dev', PARAGRAPH.repeat(30)])).json();
      expect(document.model).toBe('sonnet');
      expect(rulesOf(document)).toContain('above_threshold');
      expect(rig.traces().flatMap(rulesOf)).toContain('above_threshold');
    }),
  );

  it(
    'counts contexts and the system prompt too',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OPTIMISED);
      rig.write('big.md', PARAGRAPH.repeat(12));
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const args = [
        'exec',
        '--json',
        '-a',
        'backend-dev',
        '-c',
        'big.md',
        '-s',
        PARAGRAPH.repeat(12),
        'Review.',
      ];
      expect((await rig.run(args)).json().model).toBe('sonnet');
    }),
  );

  it(
    'does not override an explicit choice',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OPTIMISED);
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const document = (
        await rig.run(['exec', '--json', '-a', 'backend-dev', '--model', 'opus', 'hi'])
      ).json();
      expect(document.model).toBe('opus');
      expect(rulesOf(document)).toEqual(['explicit']);
    }),
  );
});

const TASKS = `${TEAM.replace('preferred_model: sonnet', 'preferred_model: sonnet\n    task_types: { quick: haiku, deep: "cursor:gpt-5" }')}
tiers: { fast: haiku, balanced: sonnet, premium: [gpt-5, opus] }
`;

const ANSWERS: Record<string, string> = { claude: claudeSays('ok'), gemini: geminiSays('ok') };

describe('the choice', () => {
  it.each(
    firstRows(4, [
      { args: ['--task', 'quick'], runs: 'claude', pair: 'claude-code:haiku', rules: ['task_type'] },
      { args: ['--task', 'deep'], runs: 'cursor-agent', pair: 'cursor:gpt-5', rules: ['task_type'] },
      { args: ['--tier', 'fast'], runs: 'claude', pair: 'claude-code:haiku', rules: ['tier'] },
      { args: ['--complexity', 'medium'], runs: 'claude', pair: 'claude-code:sonnet', rules: ['complexity'] },
      {
        args: ['--complexity', 'high'],
        runs: 'cursor-agent',
        pair: 'cursor:gpt-5',
        rules: ['complexity', 'tool_switched'],
      },
      { args: ['--tool', 'gemini'], runs: 'gemini', pair: 'gemini:gemini-pro', rules: ['explicit'] },
      { args: ['--tool', 'claude-code'], runs: 'claude', pair: 'claude-code:sonnet', rules: ['explicit'] },
      {
        args: ['--model', 'gpt-5'],
        runs: 'cursor-agent',
        pair: 'cursor:gpt-5',
        rules: ['explicit', 'tool_switched'],
      },
      { args: [], runs: 'claude', pair: 'claude-code:sonnet', rules: ['preferred'] },
    ]),
  )('by $args is $pair', async ({ args, runs, pair, rules }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', TASKS);
      rig.script(runs, [{ stdout: ANSWERS[runs] ?? 'ok' }]);
      const others = ['claude', 'cursor-agent', 'gemini'].filter((name) => name !== runs);
      for (const name of others) rig.script(name, []);
      const document = (await rig.run(['exec', '--json', ...args, 'hi'])).json();
      expect(`${document.tool}:${document.model}`).toBe(pair);
      expect(rulesOf(document)).toEqual(rules);
      expect(document.text).toBe('ok');
    })();
  });

  it(
    'that governance forbids is rejected with the line that forbids it',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `${TEAM}\npolicies:\n  default:\n    governance: { denied_models: [opus] }\n`,
      );
      rig.script('claude', []);
      const result = await rig.run(['exec', '--json', '--model', 'opus', 'hi']);
      expect(result.code).toBe(77);
      expect(result.json()).toMatchObject({
        failure: { type: 'not_allowed' },
        plan: {
          candidates: [],
          rejected: [{ model: 'opus', reason: 'not_allowed', at: expect.stringMatching(/yaml:\d+:\d+$/) }],
        },
      });
    }),
  );
});
