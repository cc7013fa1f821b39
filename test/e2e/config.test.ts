import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { claudeSays, solo, TEAM } from './configs.js';

const MISTAKES = `version: 1
default_agent: missing
colour: red
agents:
  a: { preferred_tool: curser, preferred_model: big }
  b: { preferred_tool: bot, preferred_model: bigg }
  c: { preferred_tool: bot, preferred_model: big, policy: strickt }
  d: { preferred_tool: bot, preferred_model: big, access: write }
  e: { preferred_tool: bot, preferred_model: big, timeout: soon }
  f: { preferred_tool: bot, preferred_model: big, fallback_chain: ["bot:nothing"] }
  g: { preferred_tool: bot, preferred_model: big, prefered_tool: bot }
  h: { preferred_tool: bot, preferred_model: big, effort: extreme }
  i: { preferred_tool: bot, preferred_model: big, max_tokens: many }
tools:
  bot: { binary: bot-cli, args: [go], models: [big] }
  t1: { binary: t1, args: ["{modle}"], models: [big] }
  t2: { binary: t2, args: go, models: [big] }
  t3: { binary: t3, args: [go], models: [big], prompt: pigeon }
  t4: { binary: t4, args: [go], models: [big], env_vars: { KEY: [x] } }
  t5: { binary: t5, args: [go], models: [big], max_output: huge }
  t6: { binary: t6, args: [go], models: [big], failures: [{ type: oops, when: { exit_code: [1] } }] }
  t7: { binary: t7, args: [go], models: [big], billing: barter }
  t8: { binary: t8, args: [go], models: [big], failures: [{ type: quota, when: { stderr: "(" } }] }
models:
  big: { provider: acme, id: big-1, tier: huge }
policies:
  default: { privacy: { log_prompts: perhaps } }
`;

/** Lines of the mistakes above: one finding at least on each. */
const WRONG_LINES = [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 25, 27];

describe('config validate', () => {
  it(
    'reports a valid config as valid, with counts',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const { code, stdout } = await rig.run(['config', 'validate']);
      expect(code).toBe(0);
      expect(stdout).toContain('Configuration valid');
      expect(stdout).toMatch(/2 agents/);
      expect(stdout).toMatch(/\d+ tools/);
    }),
  );

  it(
    'shows an unknown tool at its place, with a suggestion and the list',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM.replace('preferred_tool: claude-code', 'preferred_tool: claud-code'));
      const { code, stdout } = await rig.run(['config', 'validate']);
      expect(code).toBe(1);
      expect(stdout).toContain(
        'llm-router.yaml:8:21: error: unknown tool `claud-code` in agent `backend-dev` [config/unknown-tool]',
      );
      expect(stdout).toContain(
        ['  8 |     preferred_tool: claud-code', '    |                     ^^^^^^^^^^'].join('\n'),
      );
      expect(stdout).toContain('hint: did you mean `claude-code`?');
      for (const tool of ['claude-code', 'cursor', 'gemini']) expect(stdout).toContain(tool);
    }),
  );

  it(
    'reports all of twenty mistakes at once',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', MISTAKES);
      const { code, stdout } = await rig.run(['config', 'validate', '--format', 'json']);
      const report = JSON.parse(stdout) as {
        diagnostics: { code: string; severity: string; line: number; column: number; message: string }[];
        errors: number;
      };
      const lines = report.diagnostics.filter(({ severity }) => severity === 'error').map(({ line }) => line);
      expect(code).toBe(1);
      expect([...new Set(lines)]).toEqual(WRONG_LINES);
      expect(report.errors).toBe(lines.length);
      expect(report.errors).toBeGreaterThanOrEqual(20);
    }),
  );

  it(
    'reads the given path, and reports when it cannot',
    rigged(async (rig) => {
      rig.write('other/mine.yaml', TEAM);
      expect((await rig.run(['config', 'validate', 'other/mine.yaml'])).code).toBe(0);
      const missing = await rig.run(['config', 'validate', 'other/none.yaml']);
      expect(missing.code).toBe(66);
      expect(missing.stdout + missing.stderr).toContain('other/none.yaml');
    }),
  );

  it(
    'needs no trust',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      expect((await rig.run(['config', 'validate'], { env: { LLM_ROUTER_TRUST: undefined } })).code).toBe(0);
    }),
  );
});

describe('exec with a config that is wrong', () => {
  it(
    'shows all findings on stderr, runs nothing and ends with 78',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', MISTAKES);
      rig.script('bot-cli', []);
      const { code, stdout, stderr } = await rig.run(['exec', '-a', 'c', 'hi']);
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      for (const line of WRONG_LINES)
        expect(stderr).toMatch(new RegExp(`^llm-router\\.yaml:${line}:\\d+: error: `, 'm'));
    }),
  );

  it(
    'that is not YAML is reported with its place',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', 'version: 1\nagents: [\n');
      const { code, stderr } = await rig.run(['exec', 'hi']);
      expect(code).toBe(78);
      expect(stderr).toMatch(/^llm-router\.yaml:\d+:\d+: error: .*\[config\/yaml-syntax\]/m);
    }),
  );
});

describe('exec without any config', () => {
  it(
    'runs the first usable built-in tool with a notice',
    rigged(async (rig) => {
      rig.script('claude', [{ stdout: claudeSays('hello') }]);
      const { code, stdout, stderr } = await rig.run(['exec', 'hi']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' });
      expect(stderr).toContain('claude-code');
      expect(stderr).toContain('Run `llm-router config init`');
    }),
  );

  it(
    'and without any tool lists the searched places and what to install',
    rigged(async (rig) => {
      const beside = await rig.run(['exec', 'hi', '--json']);
      const { code, stdout, stderr } = await rig.run(['exec', 'hi']);
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(beside.stderr).toBe(stderr);
      expect(stderr).toContain('PATH');
      expect(stderr).toContain('claude');
      expect(stderr).toMatch(/install/);
      expect(stderr).toContain('config init');
      expect(stderr).toContain('--tool mock');
      expect(stderr).toMatch(/looked for a config in .*llm-router\.yaml/);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(12);
    }),
  );
});

describe('a config that was found by searching', () => {
  const untrusted = { env: { LLM_ROUTER_TRUST: undefined } };

  it(
    'runs nothing until it is trusted, with a hint how',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const { code, stdout, stderr } = await rig.run(['exec', 'hi'], untrusted);
      expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
      expect(stderr).toContain('llm-router.yaml');
      expect(stderr).toContain('--config');
    }),
  );

  it(
    'is trusted with LLM_ROUTER_TRUST=1, --config or LLM_ROUTER_CONFIG',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'a' }, { stdout: 'b' }, { stdout: 'c' }]);
      expect((await rig.run(['exec', 'hi'])).stdout).toBe('a\n');
      expect((await rig.run(['exec', '--config', 'llm-router.yaml', 'hi'], untrusted)).stdout).toBe('b\n');
      const env = { LLM_ROUTER_TRUST: undefined, LLM_ROUTER_CONFIG: 'llm-router.yaml' };
      expect((await rig.run(['exec', 'hi'], { env })).stdout).toBe('c\n');
    }),
  );

  it(
    'can be inspected before: --dry-run shows what would run',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const result = await rig.run(['exec', '--dry-run', '--json', 'hi'], untrusted);
      expect(result.code).toBe(0);
      expect(result.json()).toMatchObject({ status: 'planned', plan: { candidates: [{ tool: 'bot' }] } });
    }),
  );

  it(
    'is found from a folder below, up to the root of the repository',
    rigged(async (rig) => {
      rig.write('.git/HEAD', 'ref: refs/heads/main\n');
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('deep/down/keep', '');
      const bot = rig.script('bot-cli', [{ stdout: 'ok' }]);
      const cwd = `${rig.project}/deep/down`;
      expect((await rig.run(['exec', 'hi'], { cwd })).code).toBe(0);
      expect(bot.calls[0]?.cwd).toBe(cwd);
      expect(rig.traces()).toHaveLength(1);
    }),
  );

  it(
    'above the working directory is not found outside a repository',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('deep/keep', '');
      rig.script('bot-cli', []);
      expect((await rig.run(['exec', 'hi'], { cwd: `${rig.project}/deep` })).code).toBe(78);
    }),
  );
});

describe('a folder of configs', () => {
  it(
    'is one config',
    rigged(async (rig) => {
      const [agents = '', tools = ''] = TEAM.split(/^(?=tools:)/m);
      rig.write('.llm-router/agents.yaml', agents);
      rig.write('.llm-router/tools.yaml', tools);
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout: 'ok\n' });
    }),
  );

  it(
    'with a file that is not read because of its name is used with a warning, and is not valid where nothing else is read',
    rigged(async (rig) => {
      const budget = 'policies: { default: { budget: { daily_usd: 1, limit: { type: hard } } } }\n';
      rig.write('.llm-router/policies.YML', budget);
      expect(await rig.run(['config', 'validate'])).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('error: `.llm-router/policies.YML` is not read because of its name'),
      });
      rig.write('.llm-router/agents.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'ok' }]);
      const run = await rig.run(['exec', '--no-stdin', 'hi']);
      expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
      expect(run.stderr).toContain(
        'policies.YML` is not read because of its name (rename it to `policies.yaml`)',
      );
      expect((await rig.run(['config', 'validate'])).code).toBe(0);
      expect((await rig.run(['config', 'validate', '--strict'])).code).toBe(1);
    }),
  );
});
