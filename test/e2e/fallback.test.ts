import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import type { Step } from '../rig/scripted.js';
import { firstRows, itInSoak } from '../soak.js';
import { claudeSays, pair, TEAM } from './configs.js';

const CHAIN = TEAM.replace(
  'preferred_model: gpt-5',
  'preferred_model: gpt-5\n    fallback_chain: ["claude-code:opus", "gemini:gemini-pro"]',
);

describe('a preferred tool that is not installed', () => {
  it(
    'is skipped with a message, and the next of the chain answers',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CHAIN);
      rig.script('claude', [
        { expect: { argv: ['-p', '--model', 'opus'] }, stdout: claudeSays('from opus') },
      ]);
      rig.script('gemini', []);
      const { code, stdout, stderr } = await rig.run(['exec', '-a', 'architect', 'hi']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'from opus\n' });
      expect(stderr).toContain('Primary tool cursor unavailable, trying fallback');
    }),
  );

  it(
    'is listed as rejected with its reason, and the one that ran as a fallback',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CHAIN);
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const document = (await rig.run(['exec', '--json', '-a', 'architect', 'hi'])).json();
      expect(document.plan.rejected).toMatchObject([
        { tool: 'cursor', model: 'gpt-5', reason: 'tool_not_found' },
        { tool: 'gemini', model: 'gemini-pro', reason: 'tool_not_found' },
      ]);
      expect(document.plan.candidates[0]).toMatchObject({
        tool: 'claude-code',
        model: 'opus',
        because: [{ rule: 'fallback', at: expect.stringMatching(/^llm-router\.yaml:\d+:\d+$/) }],
      });
      expect(document.attempts).toHaveLength(1);
    }),
  );

  it(
    'and no other one either: lists each with its reason and a hint',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CHAIN);
      const { code, stdout, stderr } = await rig.run(['exec', '-a', 'architect', 'hi']);
      expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
      expect(stderr).toContain('No available tools in fallback chain');
      for (const [tool, binary] of [
        ['cursor', 'cursor-agent'],
        ['claude-code', 'claude'],
        ['gemini', 'gemini'],
      ]) {
        expect(stderr).toContain(`${tool}`);
        expect(stderr).toContain(`\`${binary}\``);
        expect(stderr).toContain(`npm install -g ${binary}`);
      }
    }),
  );

  it.each([['--json'], ['--dry-run']])(
    'and no other one either: gives a way out for each with %s too, also for a tool without `install_hint`',
    (option) =>
      rigged(async (rig) => {
        rig.write(
          'llm-router.yaml',
          'version: 1\nagents: { a: { preferred_tool: one, fallback_chain: [two, gone] } }\n' +
            'tools: { one: { binary: first-cli, args: [] }, two: { binary: /no/such, args: [] }, gone: { binary: third-cli, args: [], install_hint: npm i third } }\n',
        );
        const { code, stdout, stderr } = await rig.run(['exec', '-a', 'a', option, 'hi']);
        expect(code).toBe(69);
        const said = `${stdout}${stderr}`;
        expect(said).toContain('give its path as `binary` of `one`');
        expect(said).toContain('correct `binary` of `two`');
        expect(said).toContain('npm i third');
        if (option === '--json')
          expect((JSON.parse(stdout) as { failure: { hint: string } }).failure.hint.split('\n')).toEqual([
            'one: install it, or give its path as `binary` of `one`',
            'two: install it there, or correct `binary` of `two`',
            'gone: npm i third',
          ]);
      })(),
  );

  it(
    'and named by --tool: names the binary, the searched path and how to install it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CHAIN);
      rig.script('claude', []);
      const { code, stderr } = await rig.run(['exec', '-a', 'architect', '--tool', 'cursor', 'hi']);
      expect(code).toBe(69);
      expect(stderr).toContain('`cursor-agent`');
      expect(stderr).toContain('PATH');
      expect(stderr).toContain('npm install -g cursor-agent');
    }),
  );
});

const JSON_OUTPUT = 'output: { format: json, text: /answer, end: { /done: true } }';
const failing: { what: string; step: Step; type: string; first?: string; exit: number | null }[] = [
  { what: 'crashes', step: { stderr: 'boom\n', exit: 1 }, type: 'provider_error', exit: 1 },
  { what: 'dies by a signal', step: { raise: 'SIGSEGV' }, type: 'provider_error', exit: null },
  { what: 'answers nothing', step: { stdout: '' }, type: 'invalid_response', exit: 0 },
  { what: 'answers white space', step: { stdout: ' \n' }, type: 'invalid_response', exit: 0 },
  {
    what: 'is not parseable',
    step: { stdout: 'oops' },
    type: 'invalid_response',
    first: JSON_OUTPUT,
    exit: 0,
  },
  {
    what: 'is cut off',
    step: { stdout: '{"answer":"a"}' },
    type: 'invalid_response',
    first: JSON_OUTPUT,
    exit: 0,
  },
  {
    what: 'hits a limit',
    step: { stderr: 'usage limit reached', exit: 1 },
    type: 'quota',
    first: 'output: { format: text }\n    failures: [{ type: quota, when: { stderr: "usage limit" } }]',
    exit: 1,
  },
  {
    what: 'is not logged in',
    step: { exit: 41 },
    type: 'authentication',
    first: 'output: { format: text }\n    failures: [{ type: authentication, when: { exit_code: [41] } }]',
    exit: 41,
  },
];

describe('a first tool that fails while running', () => {
  it.each(firstRows(2, failing))(
    '$what: the next one answers, the trace shows both',
    async ({ step, type, first, exit }) => {
      await rigged(async (rig) => {
        rig.write('llm-router.yaml', pair(first === undefined ? {} : { first }));
        const tries = type === 'invalid_response' ? [step, step] : [step];
        rig.script('first-cli', tries);
        rig.script('second-cli', [{ expect: { argv: ['--model', 'small-1'], stdin: 'hi' }, stdout: 'fine' }]);
        expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout: 'fine\n' });
        const [trace] = rig.traces();
        expect(trace?.attempts).toMatchObject([
          ...tries.map((_, index) => ({
            n: index + 1,
            tool: 'first',
            status: 'failed',
            exit_code: exit,
            failure: { type },
            cost: { basis: 'unknown' },
          })),
          { n: tries.length + 1, tool: 'second', status: 'succeeded', exit_code: 0, failure: null },
        ]);
        expect(trace).toMatchObject({ status: 'succeeded', tool: 'second', model: 'small' });
      })();
    },
  );

  it(
    'does not read limit words in a good answer as a failure',
    rigged(async (rig) => {
      const rule =
        'output: { format: text }\n    failures: [{ type: quota, when: { stderr: "usage limit" } }]';
      rig.write('llm-router.yaml', pair({ first: rule }));
      rig.script('first-cli', [{ stdout: 'The error "usage limit reached, 429" means …' }]);
      rig.script('second-cli', []);
      expect((await rig.run(['exec', 'hi'])).stdout).toContain('usage limit reached');
    }),
  );

  it(
    'says on stderr that it fell back, and from where to where',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const { stderr } = await rig.run(['exec', 'hi']);
      expect(stderr).toContain('first');
      expect(stderr).toContain('second');
    }),
  );

  it(
    'ends the run when all fail, by the last failure',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 1 }]);
      rig.script('second-cli', [{ stdout: '' }, { stdout: '' }]);
      const result = await rig.run(['exec', '--json', 'hi']);
      expect(result.code).toBe(76);
      expect(result.json().failure).toMatchObject({ type: 'invalid_response', tool: 'second' });
    }),
  );

  itInSoak(
    'ends the run when all fail, by the first temporary failure',
    rigged(async (rig) => {
      const rule =
        'output: { format: text }\n    failures: [{ type: quota, when: { stderr: "usage limit" } }]';
      rig.write('llm-router.yaml', pair({ first: rule }));
      rig.script('first-cli', [{ stderr: 'usage limit reached', exit: 1 }]);
      rig.script('second-cli', [{ exit: 1 }]);
      const result = await rig.run(['exec', '--json', 'hi']);
      expect(result.code).toBe(75);
      expect(result.json().failure).toMatchObject({ type: 'quota', tool: 'first' });
    }),
  );

  itInSoak.each([
    { why: 'with --no-fallback', args: ['--no-fallback'] },
    { why: 'with --tool', args: ['--tool', 'first'] },
    { why: 'with --model', args: ['--model', 'big'] },
  ])('ends the run $why', async ({ args }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 1 }]);
      rig.script('second-cli', []);
      const result = await rig.run(['exec', '--json', ...args, 'hi']);
      expect(result.code).toBe(1);
      expect(result.json().attempts).toHaveLength(1);
    })();
  });

  itInSoak(
    'has a fallback with --tool and --fallback',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      expect(await rig.run(['exec', '--tool', 'first', '--fallback', 'hi'])).toMatchObject({
        code: 0,
        stdout: 'fine\n',
      });
    }),
  );

  it.each<[string, string, Step[], number]>([
    ['printed', '', [{ stdout: 'edited half', exit: 1 }], 1],
    ['printed notes', '', [{ stderr: 'Connection error.', exit: 1 }], 1],
    ['ran, and prints only at its end', '\n    output: { at_exit: true }', [{ exit: 1 }], 1],
    ['ended without a word', '', [{ exit: 1 }], 2],
    ['was not logged in', '', [{ stderr: 'not logged in', exit: 1 }], 2],
  ])('and may edit files has a fallback unless it may have done so: it %s', (_, more, steps, attempts) =>
    rigged(async (rig) => {
      const rule = '{ type: authentication, when: { stderr: not logged in } }';
      const config = pair({ first: `failures: [${rule}]${more}` }).replace(
        'preferred_model: big',
        'preferred_model: big\n    access: edit',
      );
      rig.write('llm-router.yaml', config);
      rig.script('first-cli', steps);
      rig.script('second-cli', attempts === 1 ? [] : [{ stdout: 'fine' }]);
      expect((await rig.run(['exec', '--json', 'hi'])).json().attempts).toHaveLength(attempts);
    })(),
  );
});
