import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TraceDocument } from '../rig/document.js';
import { type Rig, rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';
import { pair, solo } from './configs.js';

const json = async (rig: Rig, ...args: string[]) =>
  JSON.parse((await rig.run(['trace', ...args, '--json'])).stdout) as TraceDocument[];

describe('trace', () => {
  itInSoak(
    'filters by agent, tool, model, status, failure, session and time, in any attempt',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair({ first: 'failures: [{ type: quota, when: { stderr: used } }]' }));
      rig.script('first-cli', [{ stderr: 'used up', exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'fine' }, { stderr: 'broken', exit: 3 }]);
      const saved = (await rig.run(['exec', '--json', '--session', 'a', 'one'])).json().id;
      const failed = (await rig.run(['exec', '--json', '--tool', 'second', 'two'])).json().id;
      const other = (await rig.run(['exec', '--json', '--tool', 'mock', '--session', 'b', 'three'])).json()
        .id;
      const cases: [args: string[], ids: string[]][] = [
        [[], [other, failed, saved]],
        [
          ['--agent', 'worker'],
          [other, failed, saved],
        ],
        [['--agent', 'missing'], []],
        [['--tool', 'first'], [saved]],
        [
          ['--tool', 'second'],
          [failed, saved],
        ],
        [
          ['--model', 'small'],
          [failed, saved],
        ],
        [
          ['--status', 'succeeded'],
          [other, saved],
        ],
        [['--failure', 'quota'], [saved]],
        [['--failure', 'provider_error'], [failed]],
        [['--session', 'b'], [other]],
        [
          ['--since', '1h'],
          [other, failed, saved],
        ],
        [['--since', '2100-01-01'], []],
        [['--tool', 'second', '--status', 'succeeded'], [saved]],
        [['--last', '1', '--tool', 'second'], [failed]],
      ];
      for (const [args, ids] of cases) expect((await json(rig, ...args)).map(({ id }) => id)).toEqual(ids);
      const lines = (await rig.run(['trace', '--ndjson'])).stdout.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).id)).toEqual([other, failed, saved]);
      const none = await rig.run(['trace', '--agent', 'missing']);
      expect(none).toMatchObject({ code: 0, stdout: '' });
      expect(none.stderr).toContain('matches');
    }),
  );

  it.each([
    [['--since', 'yesterday'], '`yesterday` is neither an age'],
    [['--failure', 'rate-limit'], 'is not one of rate_limit'],
    [['--status', 'lost'], 'interrupted'],
    [['--last', '0'], 'whole number'],
    [['prune', '--older-than', '30'], '`30` is not an age'],
    [['prune'], '--older-than'],
  ])('says what is wrong with %j', async (args, words) => {
    await rigged(async (rig) => {
      const { code, stdout, stderr } = await rig.run(['trace', ...args]);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(words);
    })();
  });

  it(
    'names the folder it reads when the config is broken',
    rigged(async (rig) => {
      await rig.run(['exec', '--tool', 'mock', 'hi']);
      rig.write('llm-router.yaml', 'version: 2\n');
      const { code, stderr } = await rig.run(['trace']);
      expect(code).toBe(0);
      expect(stderr).toContain('the configuration has errors');
    }),
  );
});

describe('trace show', () => {
  itInSoak(
    'prints a command that repeats the run',
    rigged(async (rig) => {
      rig.write('cfg/my router.yaml', solo('[go, --effort, "{effort}"]'));
      const bot = rig.script('bot-cli', [{ stdout: 'one' }, { stdout: 'two' }]);
      const asked = [
        '--effort',
        'high',
        '--tag',
        "who=it's me",
        '--session',
        's',
        '--timeout',
        '1m',
        '--no-fallback',
      ];
      const config = ['--config', 'cfg/my router.yaml'];
      await rig.run(['exec', ...config, ...asked, '--cwd', 'cfg', 'the prompt'], {
        env: { LLM_ROUTER_TRACE_DIR: 't' },
      });
      const env = { LLM_ROUTER_TRACE_DIR: path.join(rig.project, 't') };
      const [first] = rig.traces(env.LLM_ROUTER_TRACE_DIR);
      const { stdout } = await rig.run(['trace', 'show', first?.id ?? ''], { env });
      const command = /^ {2}(cd .*)$/m.exec(stdout)?.[1] ?? '';
      expect(command).toContain(' --timeout 1m ');
      expect(stdout).toContain('# put the prompt into prompt.txt (it is not kept');
      rig.write('prompt.txt', 'the prompt');
      expect(await rig.shell(command, { env, cwd: rig.home })).toMatchObject({ code: 0, stdout: 'two\n' });
      const [second] = rig.traces(env.LLM_ROUTER_TRACE_DIR);
      expect(second?.request).toEqual({
        ...first?.request,
        prompt_file: path.join(rig.project, 'prompt.txt'),
      });
      expect(bot.calls[1]).toMatchObject({ argv: bot.calls[0]?.argv, cwd: path.join(rig.project, 'cfg') });
    }),
  );
});

describe('old traces', () => {
  const AGED = '01ARZ3NDEKTSV4RRFFQ69G5FAV.json';
  const old = (rig: Rig, day: string): string => {
    const folder = path.join(rig.project, '.llm-router/traces', day);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, AGED), '{}');
    return folder;
  };

  it(
    'are removed after a run, once a day, as the config says',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', `${solo('[go]')}traces: { retention_days: 2 }\n`);
      rig.script('bot-cli', [{ stdout: 'ok' }, { stdout: 'ok' }]);
      const first = old(rig, '20160730');
      await rig.run(['exec', 'hi']);
      expect(existsSync(first)).toBe(false);
      const later = old(rig, '20160731');
      await rig.run(['exec', 'hi']);
      expect(existsSync(later)).toBe(true);
      const pruned = await rig.run(['trace', 'prune', '--older-than', '1d', '--json']);
      expect(JSON.parse(pruned.stdout)).toMatchObject({ removed: 1 });
      expect(existsSync(later)).toBe(false);
      expect(rig.traces()).toHaveLength(2);
    }),
  );

  it(
    'are not removed without retention, and a missing folder is no error',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', `${solo('[go]')}traces: { enabled: false, retention_days: 1 }\n`);
      rig.script('bot-cli', [{ stdout: 'ok' }]);
      const folder = old(rig, '20160730');
      await rig.run(['exec', 'hi']);
      expect(readdirSync(folder)).toEqual([AGED]);
      expect(
        await rig.run(['trace', 'prune', '--older-than', '1d'], { env: { LLM_ROUTER_TRACE_DIR: '/none' } }),
      ).toMatchObject({
        code: 0,
      });
    }),
  );
});

itInSoak(
  'a trace that cannot be written is one warning per run',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', pair());
    rig.script('first-cli', [{ stderr: 'no', exit: 1 }]);
    rig.script('second-cli', [{ stdout: 'fine' }]);
    const env = { LLM_ROUTER_TRACE_DIR: '/proc/none/traces' };
    const { code, stdout, stderr } = await rig.run(['exec', 'hi'], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'fine\n' });
    expect(stderr.split('the trace could not be written')).toHaveLength(2);
  }),
);

/** `script` of util-linux gives a command a real terminal. */
const hasScript = spawnSync('/usr/bin/script', ['--version']).stdout?.includes('util-linux') === true;
const onTerminal = hasScript ? it : it.skip;
const typed = (line: string): string => `/usr/bin/script -qec "${line}" /dev/null < /dev/null`;

describe('on a terminal', () => {
  onTerminal(
    'a run whose prompt and answer are kept says so once',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `${solo('[go]')}policies: { default: { privacy: { log_prompts: true } } }\n`,
      );
      rig.script('bot-cli', [{ stdout: 'fine' }, { stdout: 'fine' }]);
      const line = typed('llm-router exec --no-stdin hi');
      const { stdout } = await rig.shell(line, { env: { TERM: 'dumb' } });
      expect(stdout.split('are stored in the trace')).toHaveLength(2);
      rig.write('llm-router.yaml', solo('[go]'));
      const quiet = await rig.shell(line, { env: { TERM: 'dumb' } });
      expect(quiet.stdout).not.toContain('are stored');
    }),
  );

  onTerminal(
    'doctor shows what it checks, and lines fit',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', "version: { args: [--version], pattern: '(\\d+)' }"));
      rig.write(path.join(rig.bin, 'bot-cli'), '#!/bin/sh\n/bin/sleep 0.5\necho 7\n');
      const screen = await rig.shell(
        `/bin/chmod +x ${rig.bin}/bot-cli; ${typed('/usr/bin/stty cols 60 rows 24; llm-router doctor')}`,
        { env: { TERM: 'xterm', CI: undefined, NO_COLOR: '1' } },
      );
      expect(screen.stdout).toContain('checking bot');
      expect(screen.stdout).toContain('0 failed');
    }),
  );
});
