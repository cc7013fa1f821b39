import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createRedactor } from '../../src/redact/redact.js';
import { runInProcess } from '../rig/in-process.js';
import { type Rig, rigged } from '../rig/rig.js';

/** A secret with everything that changes its shape in JSON, URLs and regexes. */
const CANARY = 'canary"9f8e7d/6c5b+4a$1';
const WRITTEN_DOWN = 'sk-ant-canary0123456789abcdef';
const env = { BOT_SECRET: CANARY };

const CONFIG = `version: 1
default_agent: worker
agents:
  worker: { preferred_tool: bot, preferred_model: big, fallback_chain: [other] }
tools:
  bot:
    binary: bot-cli
    args: [go]
    models: [big]
    env_vars: { BOT_KEY: "\${BOT_SECRET}" }
    output: { format: text }
    version: { args: [--version], pattern: '(.*)' }
    login_check: { args: [login], exit_code: 0 }
  other: { binary: other-cli, args: [], api_key_env: [BOT_SECRET], output: { format: text } }
models: { big: { id: big-1 } }
`;

/** Every form in which the secret could leak. */
const SHAPES = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  encodeURIComponent(CANARY),
  CANARY.slice(0, 15),
  CANARY.slice(-6),
];

function everythingWritten(rig: Rig): string {
  return [rig.project, rig.home, rig.state, rig.data, rig.cache, rig.config, rig.tmp]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
    )
    .filter((file) => statSync(file).isFile() && !file.includes('node-compile-cache'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

function expectNone(text: string): void {
  for (const shape of [...SHAPES, WRITTEN_DOWN]) expect(text).not.toContain(shape);
}

/** What a failing hostile tool may print: the secret whole, escaped, at the end of a long line, at a cut. */
const HOSTILE: Readonly<Record<string, string>> = {
  'as it is': `bad key ${CANARY}\n`,
  'inside JSON': `${JSON.stringify({ error: { message: `bad key ${CANARY}` } })}\n`,
  'in a URL': `GET https://api.acme.test/?key=${encodeURIComponent(CANARY)} failed\n`,
  'where the message is cut': `${'x'.repeat(481)} ${CANARY} more words\n`,
  'where the tail is cut': `${CANARY} ${'y'.repeat(4096 - 8)}\n`,
  'beside control characters': `\u001b[31m${CANARY}\u001b[0m\u0000\n`,
  'many times': `${CANARY}\n`.repeat(500),
  'a token of its own': `found ${WRITTEN_DOWN}\n`,
};

describe('a canary (AT-11)', () => {
  it.each(Object.keys(HOSTILE))('on the standard error of %s is in no output', async (how) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      rig.script('bot-cli', [{ stderr: HOSTILE[how] ?? '', exit: 1 }]);
      rig.script('other-cli', [{ stderr: HOSTILE[how] ?? '', exit: 1 }]);
      const format = how === 'as it is' ? ['--log-format', 'json'] : ['-v'];
      const run = await rig.run(['exec', ...format, '--json', 'hi'], { env });
      expect(run.code).toBe(1);
      expectNone(run.stdout + run.stderr);
      expectNone(everythingWritten(rig));
    })();
  });

  it(
    'is in no output of any command',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      // On stdout it would be the answer, which is never changed.
      const hostile = `#!/bin/sh\necho "$BOT_KEY" >&2\ntest "$1" = go || echo "version $BOT_KEY"\nexit 1\n`;
      rig.write(path.join(rig.bin, 'bot-cli'), hostile);
      await rig.shell(`/bin/chmod +x ${rig.bin}/bot-cli`);
      for (const args of [
        ['exec', '--dry-run', 'hi'],
        ['exec', '--dry-run', '--json', 'hi'],
        ['exec', '--explain', 'hi'],
        ['exec', '--format', 'ndjson', 'hi'],
        ['exec', '--log-format', 'json', 'hi'],
        ['exec', '-v', 'hi'],
        ['doctor'],
        ['doctor', '--json'],
        ['config', 'show', '--origin'],
        ['config', 'trust', '--show'],
        ['trace'],
        ['trace', '--json'],
      ]) {
        const { stdout, stderr } = await rig.run(args, { env });
        expectNone(stdout + stderr);
      }
      const story = await rig.run(['trace', 'show', rig.traces().at(-1)?.id ?? '']);
      expect(story.stdout).toContain('[redacted]');
      expectNone(story.stdout + everythingWritten(rig));
    }),
  );

  it(
    'that is written in the config is in no output',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG.replace('args: []', `args: [--token, ${WRITTEN_DOWN}]`));
      for (const args of [
        ['exec', 'hi'],
        ['exec', '--json', 'hi'],
        ['doctor', '--json'],
        ['config', 'validate'],
        ['config', 'validate', '--json'],
        ['config', 'show'],
      ]) {
        const { stdout, stderr } = await rig.run(args, { env });
        expectNone(stdout + stderr);
      }
    }),
  );

  it(
    'is not in the words of a crash',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const world = { root: rig.project, env: { ...rig.env, ...env } };
      const crash = () => {
        throw new Error(`lost at ${CANARY}`);
      };
      const { code, stdout, stderr } = await runInProcess(['exec', '--tool', 'mock', 'hi'], {
        ...world,
        random: crash,
      });
      expect(code).toBe(70);
      expect(stderr).toContain('this is a bug');
      expectNone(stdout + stderr);
    }),
  );

  it(
    'of a pattern that fits times and numbers leaves documents readable',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        "version: 1\npolicies: { default: { privacy: { redact: ['[0-9]{4,}'] } } }\n",
      );
      const run = await rig.run(['exec', '--tool', 'mock', '--json', 'hi']);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      const { stdout, code } = await rig.run(['trace', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toHaveLength(1);
      for (const more of [[], ['--tree']])
        expect((await rig.run(['trace', 'show', 'last', ...more])).code).toBe(0);
      expect((await rig.run(['trace', '--log-format', 'json'])).code).toBe(0);
    }),
  );

  it('is masked in every spelling', () => {
    const { text } = createRedactor([CANARY]);
    for (const shape of SHAPES.slice(0, 3)) expect(text(`a ${shape} b`)).toBe('a [redacted] b');
  });
});

describe('what is written', () => {
  it(
    'is private to the user, with its folders',
    rigged(async (rig) => {
      await rig.run(['exec', '--tool', 'mock', 'hi']);
      const traces = path.join(rig.state, 'llm-router/traces');
      const entries = readdirSync(traces, { recursive: true, encoding: 'utf8' }).map((name) =>
        path.join(traces, name),
      );
      const modes = [traces, ...entries].map((entry) => {
        const stat = statSync(entry);
        return `${stat.isDirectory() ? 'folder' : 'file'} ${(stat.mode & 0o777).toString(8)}`;
      });
      expect([...new Set(modes)].sort()).toEqual(['file 600', 'folder 700']);
    }),
  );
});
