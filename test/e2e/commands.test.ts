import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { solo, TEAM } from './configs.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('doctor', () => {
  it(
    'ends with 0 when every agent can work',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        solo('[go]', "version: { args: [--version], pattern: '(\\d+\\.\\d+\\.\\d+)' }"),
      );
      const bot = rig.fake('bot-cli', { version: 'bot 1.2.3' });
      const { code, stdout } = await rig.run(['doctor']);
      expect(code).toBe(0);
      for (const text of ['llm-router.yaml', 'bot', '1.2.3', bot.path, 'worker'])
        expect(stdout).toContain(text);
    }),
  );

  it(
    'ends with 1 when an agent cannot work, with a hint',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'install_hint: npm install -g the-bot'));
      const { code, stdout } = await rig.run(['doctor']);
      expect(code).toBe(1);
      expect(stdout).toContain('bot-cli');
      expect(stdout).toContain('npm install -g the-bot');
    }),
  );

  it(
    'names a variable that is not set, and how to set it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'env_required: [BOT_TOKEN]'));
      rig.fake('bot-cli');
      const { code, stdout } = await rig.run(['doctor']);
      expect(code).toBe(1);
      expect(stdout).toContain('BOT_TOKEN');
      expect((await rig.run(['doctor'], { env: { BOT_TOKEN: 'x' } })).code).toBe(0);
    }),
  );

  it(
    'prints the same as JSON',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'install_hint: npm install -g the-bot'));
      const { code, stdout } = await rig.run(['doctor', '--json']);
      expect(code).toBe(1);
      expect(JSON.stringify(JSON.parse(stdout))).toContain('npm install -g the-bot');
    }),
  );

  it(
    'runs nothing of an untrusted config, with a notice',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', "version: { args: [version], pattern: '(.*)' }"));
      rig.script('bot-cli', []);
      const { stdout } = await rig.run(['doctor'], { env: { LLM_ROUTER_TRUST: undefined } });
      expect(stdout).toContain('not trusted');
    }),
  );

  it(
    'ends with 1 when the config is wrong, and shows the finding',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM.replace('preferred_tool: cursor', 'preferred_tool: curser'));
      const { code, stdout, stderr } = await rig.run(['doctor']);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain('`curser`');
    }),
  );
});

describe('template', () => {
  it.each(['quick-start'])('%s validates', async (name) => {
    await rigged(async (rig) => {
      const { code, stdout } = await rig.run(['template', name]);
      expect(code).toBe(0);
      rig.write('llm-router.yaml', stdout);
      const valid = await rig.run(['config', 'validate']);
      expect(valid).toMatchObject({ code: 0 });
      expect(valid.stdout).toContain('Configuration valid');
      expect((await rig.run(['template', '--list'])).stdout).toContain(name);
    })();
  });

  it(
    'quick-start runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', (await rig.run(['template', 'quick-start'])).stdout);
      const { code, stdout } = await rig.run(['exec', 'hello']);
      expect(code).toBe(0);
      expect(stdout.length).toBeGreaterThan(1);
      expect((await rig.run(['trace', '--last', '1', '--json'])).stdout).toContain('"status":"succeeded"');
    }),
  );

  it(
    'that does not exist gets a suggestion',
    rigged(async (rig) => {
      const { code, stderr } = await rig.run(['template', 'quick-strat']);
      expect(code).toBe(64);
      expect(stderr).toContain('`quick-start`');
    }),
  );
});

describe('version and help', () => {
  it.each([{ args: ['version'] }, { args: ['--version'] }])('$args prints the version', async ({ args }) => {
    await rigged(async (rig) => {
      const { code, stdout } = await rig.run(args);
      expect(code).toBe(0);
      expect(stdout).toContain(manifest.version);
    })();
  });

  it(
    'help exit-codes lists them all',
    rigged(async (rig) => {
      const { code, stdout } = await rig.run(['help', 'exit-codes']);
      expect(code).toBe(0);
      for (const exit of [0, 1, 64, 66, 69, 70, 75, 76, 77, 78, 79, 124, 129, 130, 143]) {
        expect(stdout).toMatch(new RegExp(`\\b${exit}\\b`));
      }
    }),
  );

  it.each(['config'])('help %s prints a page', async (topic) => {
    await rigged(async (rig) => {
      const { code, stdout } = await rig.run(['help', topic]);
      expect(code).toBe(0);
      expect(stdout.split('\n').length).toBeGreaterThan(3);
    })();
  });

  it.each([['--help'], ['exec', '--help'], ['trace', '--help'], ['help', 'exec']])(
    '%s %s goes to stdout',
    async (...args) => {
      await rigged(async (rig) => {
        const { code, stdout, stderr } = await rig.run(args.filter((arg) => typeof arg === 'string'));
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout).toContain('Usage:');
      })();
    },
  );
});

describe('the built-in mock', () => {
  it(
    'answers without any config, and never repeats the prompt',
    rigged(async (rig) => {
      const { code, stdout } = await rig.run(['exec', '--tool', 'mock', 'xyzzy']);
      expect(code).toBe(0);
      expect(stdout).toContain('canned answer');
      expect(stdout).not.toContain('xyzzy');
    }),
  );

  it(
    'streams',
    rigged(async (rig) => {
      const running = rig.start(['exec', '--tool', 'mock', '--stream', 'hi']);
      await running.waitFor('canned answer');
      const live = running.stdout();
      const { code, stdout } = await running.done;
      expect(code).toBe(0);
      expect(live.length).toBeLessThan(stdout.length);
      expect((await rig.run(['exec', '--tool', 'mock', 'hi'])).stdout).toBe(stdout);
    }),
  );

  it(
    'reports its tokens, and costs nothing',
    rigged(async (rig) => {
      const document = (await rig.run(['exec', '--tool', 'mock', '--json', 'hi'])).json();
      expect(document).toMatchObject({
        tool: 'mock',
        finish_reason: 'stop',
        cost: { usd: 0, billing: 'free' },
      });
      expect(document.usage?.total_tokens).toBeGreaterThan(0);
    }),
  );

  it(
    'simulates configured failures',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: worker
agents: { worker: { preferred_tool: busy, fallback_chain: [calm] } }
tools:
  busy: { kind: mock, responses: [{ failure: { type: overloaded, message: too many } }] }
  calm: { kind: mock, responses: [{ text: 'all is well' }] }
`,
      );
      const result = await rig.run(['exec', '--json', '--retries', '0', 'hi']);
      expect(result.json()).toMatchObject({
        status: 'succeeded',
        text: 'all is well',
        attempts: [{ tool: 'busy', failure: { type: 'overloaded', message: 'too many' } }, { tool: 'calm' }],
      });
    }),
  );
});
