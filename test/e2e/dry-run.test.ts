import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { pair, solo } from './configs.js';

const ways = [
  { way: 'standard input', args: '[go, --model, "{model}"]', prompt: ['hi there'] },
  { way: 'an argument', args: '[go, --, "{prompt}"]', prompt: ['it\'s "odd" $(x)\n{model}'] },
  { way: 'the user’s own file', args: '[go, "{prompt_file}"]', prompt: ['-f', 'ask.md'] },
  {
    way: 'a group that is dropped',
    args: '[go, [--system, "{system}"], [--model, "{model}"]]',
    prompt: ['hi'],
  },
];

describe('--dry-run', () => {
  it.each(ways)('shows the exact arguments of the run: $way', async ({ args, prompt }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo(args));
      rig.write('ask.md', 'from file');
      const bot = rig.script('bot-cli', [{ stdout: 'ok' }]);
      const planned = await rig.run(['exec', '--dry-run', '--json', ...prompt]);
      expect({ code: planned.code, calls: bot.calls.length }).toEqual({ code: 0, calls: 0 });
      expect((await rig.run(['exec', ...prompt])).code).toBe(0);
      const [binary, ...rest] = planned.json().plan.candidates[0]?.argv ?? [];
      expect(binary).toBe(bot.path);
      expect(rest).toEqual(bot.calls[0]?.argv);
    })();
  });

  it(
    'runs nothing and writes nothing',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', []);
      rig.script('second-cli', []);
      const document = (await rig.run(['exec', '--dry-run', '--json', 'hi'])).json();
      expect(document).toMatchObject({ status: 'planned', attempts: [], text: null, failure: null });
      expect(document.plan.candidates.map(({ tool, model }) => `${tool}:${model}`)).toEqual([
        'first:big',
        'second:small',
      ]);
      expect(rig.traces()).toEqual([]);
      expect(rig.exists('.llm-router')).toBe(false);
      expect(rig.exists(`${rig.state}/llm-router`)).toBe(false);
    }),
  );

  it(
    'shows the plan to a person',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const first = rig.script('first-cli', []);
      const { code, stdout } = await rig.run(['exec', '--dry-run', 'hi']);
      expect(code).toBe(0);
      expect(stdout).toContain(`${first.path} --model big-1`);
      expect(stdout).toContain('tool_not_found');
      expect(stdout).toMatch(/llm-router\.yaml:\d+:\d+/);
    }),
  );

  it(
    'fails like exec without a candidate',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const result = await rig.run(['exec', '--dry-run', '--json', 'hi']);
      expect(result.code).toBe(69);
      expect(result.json()).toMatchObject({
        failure: { type: 'tool_not_found' },
        plan: { candidates: [], rejected: [{ tool: 'first' }, { tool: 'second' }] },
      });
    }),
  );

  it(
    'masks secrets',
    rigged(async (rig) => {
      const secret = 'canary-9f8e7d6c5b4a';
      rig.write('llm-router.yaml', solo('[go]', `env_vars: { KEY: "\${BOT_SECRET}" }`));
      rig.script('bot-cli', []);
      const { stdout, stderr } = await rig.run(['exec', '--dry-run', '--json', `my key is ${secret}`], {
        env: { BOT_SECRET: secret },
      });
      expect(stdout + stderr).not.toContain(secret);
    }),
  );
});

describe('--explain', () => {
  it(
    'shows on stderr why each candidate was chosen or rejected, with the config line, and runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const { code, stdout, stderr } = await rig.run(['exec', '--explain', 'hi']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'fine\n' });
      expect(stderr).toMatch(/second small[\s\S]*fallback: .*llm-router\.yaml:7:\d+/);
      expect(stderr).toMatch(/first big: tool_not_found: .*first-cli/);
    }),
  );
});
