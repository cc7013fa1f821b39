import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import type { RunOptions } from '../rig/run.js';
import { firstRows, itInSoak } from '../soak.js';
import { claudeSays, solo } from './configs.js';

const untrusted: RunOptions = { env: { LLM_ROUTER_TRUST: undefined } };

describe('config show', () => {
  itInSoak(
    'prints the effective config, which is a valid config itself',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const { code, stdout } = await rig.run(['config', 'show'], untrusted);
      expect(code).toBe(0);
      expect(stdout).toContain('# from llm-router.yaml\nversion: 1\ndefault_agent: worker\n');
      rig.write('shown.yaml', stdout);
      const valid = await rig.run(['config', 'validate', 'shown.yaml']);
      expect({ code: valid.code, stdout: valid.stdout }).toMatchObject({ code: 0 });
      const again = await rig.run(['config', 'show', '--config', 'shown.yaml']);
      expect(again.stdout.split('\n').slice(1)).toEqual(stdout.split('\n').slice(1));
    }),
  );

  it(
    'shows the origin of each value with --origin',
    rigged(async (rig) => {
      mkdirSync(`${rig.config}/llm-router`);
      writeFileSync(
        `${rig.config}/llm-router/llm-router.yaml`,
        'version: 1\ntools: { bot: { grace: 9s } }\n',
      );
      rig.write('llm-router.yaml', solo('[go]'));
      const env = { LLM_ROUTER_AGENT: 'worker' };
      const bot = await rig.run(['config', 'show', 'tools.bot', '--origin'], { env });
      expect(bot.stdout).toContain('binary: bot-cli # llm-router.yaml:7:13');
      expect(bot.stdout).toMatch(/grace: 9s # .*llm-router\/llm-router\.yaml:2:\d+/);
      expect(bot.stdout).toContain('timeout: 15m # default');
      const all = await rig.run(['config', 'show', '--origin'], { env });
      expect(all.stdout).toContain('default_agent: worker # environment: LLM_ROUTER_AGENT');
      expect(all.stdout).toContain('binary: claude # built-in');
    }),
  );

  it(
    'shows references to variables, never their values, and masks literal API keys',
    rigged(async (rig) => {
      const secret = 'canary-4711-secret';
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      const variables = 'env_vars: { A: "${BOT_SECRET}", PASSPHRASE: "x", LONG_TEXT: canary-4711-secret }';
      rig.write('llm-router.yaml', solo('[go]', variables));
      const { code, stdout } = await rig.run(['config', 'show', 'tools.bot.env_vars'], {
        env: { BOT_SECRET: secret },
      });
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      expect(stdout).toContain('A: ${BOT_SECRET}');
      expect(stdout).not.toContain(secret);
      expect(stdout).toContain("LONG_TEXT: '[redacted]'");
    }),
  );

  it(
    'prints one part as JSON, with origins, also for names with dots',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', `${solo('[go]')}  gpt-9.1-x: { provider: acme }\n`);
      const { stdout } = await rig.run(['config', 'show', 'models.gpt-9.1-x', '--origin', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({
        files: ['llm-router.yaml'],
        config: { provider: 'acme' },
        origins: { 'models.gpt-9.1-x.provider': 'llm-router.yaml:14:26' },
      });
    }),
  );

  it(
    'refuses a config with errors, and an unknown key',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      expect(await rig.run(['config', 'show', 'tools.missing'])).toMatchObject({ code: 64, stdout: '' });
      rig.write('llm-router.yaml', 'version: 1\nagents: { a: { preferred_tool: missing } }\n');
      const wrong = await rig.run(['config', 'show']);
      expect(wrong).toMatchObject({ code: 78, stdout: '' });
      expect(wrong.stderr).toContain('[config/unknown-tool]');
    }),
  );
});

describe('config schema and path', () => {
  it(
    'schema prints the shipped schema',
    rigged(async (rig) => {
      const { code, stdout } = await rig.run(['config', 'schema']);
      expect(code).toBe(0);
      expect(stdout).toBe(readFileSync('schema/config.schema.json', 'utf8'));
    }),
  );

  it(
    'path names the files in use, and the searched places without one',
    rigged(async (rig) => {
      expect((await rig.run(['config', 'path'])).stdout).toMatch(/^nothing {3}.*config\/llm-router\n/);
      rig.write('.llm-router/agents.yaml', 'version: 1\n');
      const { code, stdout } = await rig.run(['config', 'path']);
      expect(code).toBe(0);
      expect(stdout.split('\n')[0]).toBe('project   .llm-router/agents.yaml');
      const json = JSON.parse((await rig.run(['config', 'path', '--json'])).stdout);
      expect(json).toMatchObject({
        files: [
          {
            layer: 'project',
            file: '.llm-router/agents.yaml',
            path: `${rig.project}/.llm-router/agents.yaml`,
          },
        ],
        discovered: true,
      });
      expect((await rig.run(['config', 'path', '--config', 'no.yaml'])).code).toBe(66);
    }),
  );
});

describe('config trust', () => {
  itInSoak(
    'shows what would run, and allows it until a command changes',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go, "--fast"]'));
      rig.script('bot-cli', [{ stdout: 'a' }, { stdout: 'b' }]);
      const refused = await rig.run(['exec', 'hi'], untrusted);
      expect(refused.code).toBe(77);
      expect(refused.stderr).toContain('llm-router config trust');
      const trusted = await rig.run(['config', 'trust'], untrusted);
      expect(trusted).toMatchObject({ code: 0, stdout: '' });
      expect(trusted.stderr).toContain('tool bot: bot-cli go --fast');
      expect((await rig.run(['exec', 'hi'], untrusted)).stdout).toBe('a\n');
      rig.write('llm-router.yaml', solo('[go, "--fast"]').replace('version: 1', 'version: 1\n# a comment'));
      expect((await rig.run(['exec', 'hi'], untrusted)).stdout).toBe('b\n');
      rig.write('llm-router.yaml', solo('[go, "--slow"]'));
      expect((await rig.run(['exec', 'hi'], untrusted)).code).toBe(77);
    }),
  );

  itInSoak(
    'is kept after an edited prompt, and lost with more access',
    rigged(async (rig) => {
      const config = (more: string) =>
        solo('[go]').replace('preferred_model: big }', `preferred_model: big, ${more} }`);
      rig.write('llm-router.yaml', config('system: one'));
      rig.script('bot-cli', [{ stdout: 'a' }]);
      await rig.run(['config', 'trust'], untrusted);
      rig.write('llm-router.yaml', config('system: two'));
      expect((await rig.run(['exec', 'hi'], untrusted)).code).toBe(0);
      rig.write('llm-router.yaml', config('access: full'));
      expect((await rig.run(['exec', 'hi'], untrusted)).code).toBe(77);
    }),
  );

  it(
    'keeps its record private, and treats a damaged record as none',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const file = `${rig.state}/llm-router/trust.json`;
      await rig.run(['config', 'trust'], untrusted);
      expect(rig.modeOf(file)).toBe(0o600);
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(0);
      writeFileSync(file, '{"projects": [');
      const shown = await rig.run(['config', 'trust', '--show'], untrusted);
      expect(shown.code).toBe(1);
      expect(shown.stdout).toContain(`${rig.project}: not trusted`);
      expect((await rig.run(['config', 'trust'], untrusted)).code).toBe(0);
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(0);
    }),
  );

  it(
    'is not needed for a named config, and needs a config',
    rigged(async (rig) => {
      expect((await rig.run(['config', 'trust'], untrusted)).code).toBe(78);
      rig.write('mine.yaml', solo('[go]'));
      expect((await rig.run(['config', 'trust', '--config', 'mine.yaml'], untrusted)).code).toBe(0);
      expect(rig.exists(`${rig.state}/llm-router/trust.json`)).toBe(false);
    }),
  );

  it(
    'is reported by doctor, which runs no binary without it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', "version: { args: [version], pattern: '(.*)' }"));
      rig.script('bot-cli', []);
      const { stdout } = await rig.run(['doctor'], untrusted);
      expect(stdout).toContain('llm-router config trust');
      expect(stdout).toMatch(/bot .*, not run because the config is not trusted/);
    }),
  );

  it(
    'shows no control characters of the config',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('["go\\u001b[2K", "\\u202etxt"]'));
      const { stderr } = await rig.run(['config', 'trust'], untrusted);
      expect(stderr).toContain('go\\u001b[2K');
      expect(stderr).not.toContain('\u001b');
      expect(stderr).not.toContain('\u202e');
    }),
  );
});

describe('config distrust', () => {
  it(
    'ends trust; a change shows what is new since the last yes',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      expect((await rig.run(['config', 'trust'], untrusted)).code).toBe(0);
      rig.write('llm-router.yaml', solo('[go, faster]'));
      const changed = await rig.run(['config', 'trust', '--show'], untrusted);
      expect(changed.stdout).toContain(
        'It has changed since it was trusted:\n  - tool bot: bot-cli go\n  + tool bot: bot-cli go faster\n',
      );
      expect((await rig.run(['config', 'trust'], untrusted)).stderr).toContain(
        '+ tool bot: bot-cli go faster',
      );
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(0);
      expect(await rig.run(['config', 'distrust'], untrusted)).toMatchObject({
        code: 0,
        stderr: `${rig.project} is no longer trusted\n`,
      });
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(1);
      expect((await rig.run(['config', 'distrust'], untrusted)).stderr).toContain('was not trusted');
      const lines = JSON.parse((await rig.run(['audit', '--json'], untrusted)).stdout);
      expect(
        lines.map((line: { audit_event: string; project: string }) => [line.audit_event, line.project]),
      ).toEqual([
        ['trust_ended', rig.project],
        ['trust_granted', rig.project],
        ['trust_granted', rig.project],
      ]);
    }),
  );
});

/** `script` of util-linux gives a command a real terminal; what it reads is what a person types. */
const hasScript = spawnSync('/usr/bin/script', ['--version']).stdout?.includes('util-linux') === true;
const onTerminal = hasScript ? it : it.skip;
if (!hasScript) process.stderr.write('SKIPPED: trust on a terminal needs `script` of util-linux\n');

describe('trust on a terminal', () => {
  const answered = (rig: Rig, answer: string, line: string) =>
    rig.shell(`printf '${answer}' | /usr/bin/script -qec "${line}" /dev/null`, {
      env: { TERM: 'dumb', CI: undefined, LLM_ROUTER_TRUST: undefined },
    });

  onTerminal(
    'asks once, showing what would run',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'one' }, { stdout: 'two' }]);
      const first = await answered(rig, 'y\\n', 'llm-router exec --no-stdin --no-stream hi');
      expect(first.stdout).toContain('tool bot: bot-cli go');
      expect(first.stdout).toContain(`Trust ${rig.project}? [y/N]`);
      expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('one') });
      expect((await rig.run(['exec', 'hi'], untrusted)).stdout).toBe('two\n');
    }),
  );

  onTerminal(
    'is not given by Enter',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const refused = await answered(rig, '\\n', 'llm-router exec --no-stdin hi');
      expect(refused.code).toBe(77);
      expect(rig.exists(`${rig.state}/llm-router/trust.json`)).toBe(false);
    }),
  );

  onTerminal(
    'asks also when the prompt comes through a pipe',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.script('bot-cli', [{ stdout: 'one' }]);
      const line = "sh -c 'echo from-the-pipe | llm-router exec --no-stream'";
      const { code } = await answered(rig, 'yes\\n', line.replace('sh -c', '/bin/sh -c'));
      expect(code).toBe(0);
      expect(bot.calls[0]?.stdin).toBe('from-the-pipe\n');
    }),
  );

  onTerminal(
    'ends with the time limit',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const env = { TERM: 'dumb', CI: undefined, LLM_ROUTER_TRUST: undefined };
      const line = 'llm-router exec --no-stdin --timeout 300ms hi';
      const script = `/usr/bin/script -qec "${line}" /dev/null`;
      const { code } = await rig.shell(script, { env, openStdin: true });
      expect(code).toBe(124);
    }),
  );
});

describe('config validate', () => {
  const WRONG = 'version: 1\nagents: { a: { preferred_tool: "cl,a:u%d" } }\n';

  it(
    'reads the files of a project together, once, also where only some of them are named',
    rigged(async (rig) => {
      rig.write('a/.llm-router/agents.yaml', 'version: 1\nagents: { b: { preferred_tool: bot } }\n');
      rig.write('a/.llm-router/tools.yaml', 'version: 1\ntools: { bot: { binary: bot, args: [] } }\n');
      rig.write('a/llm-router.yaml', 'version: 1\ndefault_agent: b\n');
      const named = ['a/.llm-router/agents.yaml', 'a/llm-router.yaml', 'a/.llm-router/tools.yaml'];
      for (const one of [...named.map((file) => [file]), named]) {
        const { code, stdout } = await rig.run(['config', 'validate', ...one]);
        expect([code, stdout]).toEqual([
          0,
          expect.stringMatching(/^Configuration valid: 1 agent, .*\(1 of your own\).*\n$/),
        ]);
      }
    }),
  );

  itInSoak(
    'reads standard input, and each path as a separate config',
    rigged(async (rig) => {
      const piped = await rig.run(['config', 'validate', '-'], { stdin: WRONG });
      expect(piped.code).toBe(1);
      expect(piped.stdout).toContain('<stdin>:2:33: error: unknown tool');
      rig.write('a.yaml', solo('[go]'));
      rig.write('b/agents.yaml', 'version: 1\nagents: { b: { preferred_tool: bot } }\n');
      const both = await rig.run(['config', 'validate', 'a.yaml', 'b']);
      expect(both.code).toBe(1);
      expect(both.stdout).toContain('b/agents.yaml:2:32: error: unknown tool `bot`');
      expect(both.stdout).toContain('Configuration valid: 1 agent');
      expect((await rig.run(['config', 'validate', 'a.yaml', 'none.yaml'])).code).toBe(66);
      expect((await rig.run(['config', 'validate', '-'], { stdin: Buffer.from([0xff]) })).code).toBe(66);
      expect((await rig.run(['config', 'validate', '--format', 'xml'])).code).toBe(64);
    }),
  );

  itInSoak(
    'shows a hundred findings, says how many more there are, and has all in JSON',
    rigged(async (rig) => {
      const wrong = Array.from({ length: 250 }, (_, n) => `  a${n}: { preferred_tol: x }\n`).join('');
      rig.write('many.yaml', `version: 1\nagents:\n${wrong}`);
      const { code, stdout } = await rig.run(['config', 'validate', 'many.yaml']);
      expect([code, stdout.match(/unknown key/g)?.length]).toEqual([1, 100]);
      expect(stdout).toContain('\n\nand 150 more\n');
      const all = await rig.run(['config', 'validate', 'many.yaml', '--json']);
      expect(all.stdout.match(/unknown key/g)).toHaveLength(250);
    }),
  );

  it(
    'writes annotations for GitHub, one line per finding',
    rigged(async (rig) => {
      rig.write('a,b.yaml', WRONG);
      const { code, stdout } = await rig.run(['config', 'validate', 'a,b.yaml', '--format', 'github']);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^::error file=a%2Cb\.yaml,line=2,col=33,endLine=2,endColumn=41,title=config\/unknown-tool::unknown tool `cl,a:u%25d` in agent `a`%0Ahint: .*\n$/,
      );
    }),
  );

  it(
    'writes SARIF, also without findings',
    rigged(async (rig) => {
      rig.write('a.yaml', WRONG);
      const { code, stdout } = await rig.run(['config', 'validate', 'a.yaml', '--format', 'sarif']);
      expect(code).toBe(1);
      expect(JSON.parse(stdout).runs[0].results).toHaveLength(1);
      rig.write('b.yaml', 'version: 1\n');
      const empty = await rig.run(['config', 'validate', 'b.yaml', '--format', 'sarif']);
      expect(empty.code).toBe(0);
      expect(JSON.parse(empty.stdout).runs[0].results).toEqual([]);
    }),
  );
});

describe('config migrate', () => {
  const OLD = readFileSync('test/fixtures/migrate/lee-custom-cli.yaml', 'utf8');

  itInSoak(
    'converts a file in place, keeps a backup, and does nothing the second time',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OLD);
      expect((await rig.run(['config', 'migrate', 'llm-router.yaml', '--check'])).code).toBe(1);
      expect(rig.read('llm-router.yaml')).toBe(OLD);
      const shown = await rig.run(['config', 'migrate', 'llm-router.yaml', '--stdout']);
      expect(rig.read('llm-router.yaml')).toBe(OLD);
      expect((await rig.run(['config', 'migrate', 'llm-router.yaml'])).code).toBe(0);
      expect(rig.read('llm-router.yaml')).toBe(shown.stdout);
      expect(rig.read('llm-router.yaml.bak')).toBe(OLD);
      const again = await rig.run(['config', 'migrate', 'llm-router.yaml']);
      expect(again).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('already in the current format'),
      });
      expect(rig.exists('llm-router.yaml.bak.1')).toBe(false);
      expect((await rig.run(['config', 'validate'])).code).toBe(0);
      expect((await rig.run(['config', 'migrate', 'llm-router.yaml', '--check'])).code).toBe(0);
    }),
  );

  itInSoak(
    'trusts what it wrote, so that it runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', OLD);
      rig.script('python3', [
        { stdout: '{"data":{"answer":"hello"},"usage":{"prompt_tokens":3,"completion_tokens":4}}' },
      ]);
      await rig.run(['config', 'migrate', 'llm-router.yaml'], untrusted);
      const ran = await rig.run(['exec', '-a', 'helper', '--json', 'hi'], untrusted);
      expect(ran.json()).toMatchObject({ text: 'hello', usage: { input_tokens: 3, output_tokens: 4 } });
    }),
  );

  itInSoak(
    'combines a folder of four files into one',
    rigged(async (rig) => {
      const folder = 'test/fixtures/migrate/service-four-files';
      const names = ['agents', 'tools', 'models', 'policies', 'telemetry'];
      for (const name of names)
        rig.write(`config/${name}.yaml`, readFileSync(`${folder}/${name}.yaml`, 'utf8'));
      const { code, stderr } = await rig.run(['config', 'migrate', 'config']);
      expect(code).toBe(0);
      expect(stderr).toContain('wrote config/llm-router.yaml');
      for (const name of names) {
        expect(rig.exists(`config/${name}.yaml`)).toBe(false);
        expect(rig.exists(`config/${name}.yaml.bak`)).toBe(true);
      }
      expect((await rig.run(['config', 'validate', 'config'])).code).toBe(0);
      expect((await rig.run(['config', 'migrate', 'config', '--check'])).code).toBe(0);
    }),
  );

  it(
    'reports what it cannot read or does not know',
    rigged(async (rig) => {
      expect((await rig.run(['config', 'migrate', 'none.yaml'])).code).toBe(66);
      rig.write('odd.yaml', 'greeting: hello\n');
      const odd = await rig.run(['config', 'migrate', 'odd.yaml']);
      expect(odd.code).toBe(78);
      expect(odd.stderr).toContain('is not a config of lee-llm-router or llm-service');
      rig.write('broken.yaml', 'llm: [\n');
      const broken = await rig.run(['config', 'migrate', 'broken.yaml']);
      expect(broken.code).toBe(78);
      expect(broken.stderr).toContain('broken.yaml:');
    }),
  );
});

const TEMPLATES = ['quick-start', 'claude-only', 'cost-optimized', 'local', 'team', 'ci'];

describe('templates', () => {
  it(
    'are these six',
    rigged(async (rig) => {
      const { stdout } = await rig.run(['template', '--list']);
      const listed = stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(' ')[0]);
      expect(listed.sort()).toEqual([...TEMPLATES].sort());
    }),
  );

  it.each(firstRows(1, TEMPLATES))('%s has no finding, and its default agent works', async (name) => {
    await rigged(async (rig) => {
      const template = await rig.run(['template', name]);
      const lines = template.stdout.split('\n').length;
      expect(lines).toBeGreaterThanOrEqual(30);
      rig.write('llm-router.yaml', template.stdout);
      const report = await rig.run(['config', 'validate', '--json']);
      expect(JSON.parse(report.stdout)).toEqual({ diagnostics: [], errors: 0, warnings: 0 });
      install(rig, name);
      const ran = await rig.run(['exec', '--json', 'x'.repeat(9000)], {
        env: { ANTHROPIC_API_KEY: 'not-a-real-key' },
      });
      expect(ran.json()).toMatchObject({ status: 'succeeded', attempts: [{ n: 1 }] });
    })();
  });
});

/** The program of the tool that the template's default agent prefers. */
function install(rig: Rig, template: string): void {
  if (template === 'quick-start') return;
  if (template === 'local') rig.script('ollama', [{ stdout: 'hello' }]);
  else rig.script('claude', [{ stdout: claudeSays('hello') }]);
}

describe('help', () => {
  it.each(['environment', 'config', 'routing'])('on %s says something', async (topic) => {
    await rigged(async (rig) => {
      const { code, stdout } = await rig.run(['help', topic]);
      expect(code).toBe(0);
      expect(stdout.split('\n').length).toBeGreaterThan(10);
      expect(stdout.split('\n').every((line) => line.length <= 130)).toBe(true);
    })();
  });
});
