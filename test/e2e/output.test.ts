import { chmodSync, readdirSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { firstRows, itInSoak } from '../soak.js';
import { pair, solo } from './configs.js';

describe('text', () => {
  it.each(
    firstRows(1, [
      { said: 'no newline', stdout: 'no newline\n' },
      { said: 'one newline\n', stdout: 'one newline\n' },
      { said: 'two newlines\n\n', stdout: 'two newlines\n\n' },
    ]),
  )('is the answer with a final newline: $said', async ({ said, stdout }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: said }]);
      expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout, stderr: '' });
    })();
  });

  it(
    'of 1 MiB comes through a pipe whole',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const answer = `${'0123456789abcde\n'.repeat(65_536)}`;
      rig.script('bot-cli', [{ stdout: answer }]);
      const result = await rig.run(['exec', 'hi']);
      expect(result.code).toBe(0);
      expect(result.stdoutBytes.equals(Buffer.from(answer))).toBe(true);
    }),
  );

  it(
    'that the tool writes again is marked while it is shown, and right in the document',
    rigged(async (rig) => {
      const events = (...all: object[]) => all.map((event) => `${JSON.stringify(event)}\n`).join('');
      const stdout = events({ part: 'For' }, { again: true }, { part: 'Forty-two' }, { answer: 'Forty-two' });
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: worker
agents: { worker: { preferred_tool: bot } }
tools:
  bot:
    binary: bot-cli
    args: []
    output: { format: ndjson, text: /answer, deltas: /part, restart: { /again: true } }
`,
      );
      rig.script('bot-cli', Array(2).fill({ stdout }));
      expect(await rig.run(['exec', '--stream', 'hi'])).toMatchObject({
        code: 0,
        stdout: 'For\nForty-two\n',
        stderr: 'warning: bot writes its answer again: the text above does not count\n',
      });
      const lines = (await rig.run(['exec', '--stream', '--format', 'ndjson', 'hi'])).stdout
        .trim()
        .split('\n');
      const shown = lines.map((line) => JSON.parse(line)).filter(({ type }) => type.startsWith('output.'));
      expect(shown.map(({ type, text }) => [type, text])).toEqual([
        ['output.delta', 'For'],
        ['output.restart', undefined],
        ['output.delta', 'Forty-two'],
      ]);
      expect(JSON.parse(lines.at(-1) ?? '').invocation.text).toBe('Forty-two');
    }),
  );

  itInSoak(
    'never holds halves of two answers',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ stdout: 'half an ans', exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'whole' }]);
      expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout: 'whole\n' });
    }),
  );

  it.each(['text', 'json'])('to a closed pipe ends quietly with 0: %s', async (format) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--format', format, 'hi']);
      const call = await bot.nextCall();
      running.closeStdout();
      call.stdout('x'.repeat(300_000));
      call.exit(0);
      expect(await running.done).toMatchObject({ code: 0, stderr: '' });
    })();
  });
});

describe('--stream', () => {
  it(
    'shows the text as it comes',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--stream', 'hi']);
      const call = await bot.nextCall();
      call.stdout('first words, ');
      await running.waitFor('first words, ');
      call.stdout('last words');
      call.exit(0);
      expect(await running.done).toMatchObject({ code: 0, stdout: 'first words, last words\n' });
    }),
  );

  it(
    'ends the run when the tool fails after some text was shown',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const first = rig.fake('first-cli');
      rig.script('second-cli', []);
      const running = rig.start(['exec', '--stream', 'hi']);
      const call = await first.nextCall();
      call.stdout('first words, ');
      await running.waitFor('first words, ');
      call.exit(1);
      expect((await running.done).code).toBe(76);
      expect(rig.traces()).toMatchObject([
        { status: 'failed', failure: { type: 'partial' }, attempts: [{ n: 1 }] },
      ]);
    }),
  );

  it(
    'falls back when the tool fails before any text was shown',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      expect(await rig.run(['exec', '--stream', 'hi'])).toMatchObject({ code: 0, stdout: 'fine\n' });
    }),
  );
});

describe('-o', () => {
  it(
    'writes the answer by rename and leaves standard output empty',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const file = rig.write('out/answer.md', 'old');
      const before = statSync(file).ino;
      rig.script('bot-cli', [{ stdout: 'new answer' }]);
      expect(await rig.run(['exec', '-o', 'out/answer.md', 'hi'])).toMatchObject({ code: 0, stdout: '' });
      expect(rig.read('out/answer.md').trimEnd()).toBe('new answer');
      expect(statSync(file).ino).not.toBe(before);
      expect(readdirSync(`${rig.project}/out`)).toEqual(['answer.md']);
    }),
  );

  it(
    'still prints the document with --json',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'new answer' }]);
      const result = await rig.run(['exec', '--json', '-o', 'answer.md', 'hi']);
      expect(result.json().status).toBe('succeeded');
      expect(rig.read('answer.md').trimEnd()).toBe('new answer');
    }),
  );

  itInSoak.each([
    { what: 'no file', before: null },
    { what: 'the old file', before: 'old' },
  ])('leaves $what on failure', async ({ before }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('out/keep', '');
      if (before !== null) rig.write('out/answer.md', before);
      rig.script('bot-cli', [{ stdout: 'half', exit: 1 }]);
      expect((await rig.run(['exec', '-o', 'out/answer.md', 'hi'])).code).toBe(1);
      expect(readdirSync(`${rig.project}/out`)).toEqual(before === null ? ['keep'] : ['answer.md', 'keep']);
      if (before !== null) expect(rig.read('out/answer.md')).toBe(before);
    })();
  });

  it(
    'into a folder that does not exist is refused before anything runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const { code, stderr } = await rig.run(['exec', '-o', 'nowhere/answer.md', 'hi']);
      expect(code).toBe(66);
      expect(stderr).toContain('nowhere');
    }),
  );

  it(
    'keeps the mode of an existing file',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      chmodSync(rig.write('answer.md', 'old'), 0o640);
      rig.script('bot-cli', [{ stdout: 'new answer' }]);
      expect(await rig.run(['exec', '-o', 'answer.md', 'hi'])).toMatchObject({ code: 0 });
      expect([rig.read('answer.md'), rig.modeOf('answer.md')]).toEqual(['new answer\n', 0o640]);
    }),
  );

  it(
    '- is standard output',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'answer' }]);
      expect(await rig.run(['exec', '-o', '-', 'hi'])).toMatchObject({ code: 0, stdout: 'answer\n' });
      expect(readdirSync(rig.project)).not.toContain('-');
    }),
  );

  it(
    'into a place that cannot hold a file is refused before anything runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', []);
      const { code, stderr } = await rig.run(['exec', '-o', '/proc/answer.md', 'hi']);
      expect(code).toBe(66);
      expect(stderr).toMatch(/^error: cannot write `\/proc\/answer\.md` \(--output\): .+ \[input\]\n$/);
    }),
  );

  it.each(
    firstRows(1, [
      { format: 'text', place: 'on stdout' },
      { format: 'json', place: 'in `text` of the document on stdout' },
      { format: 'ndjson', place: 'in `text` of the document on stdout' },
    ]),
  )('that fails after the run leaves the paid answer $place: $format', async ({ format, place }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'costly' }]);
      const result = await rig.run(['exec', '-o', '/dev/full', '--format', format, 'hi']);
      expect(result.code).toBe(66);
      const message = 'cannot write `/dev/full` (--output): no space left on the device';
      expect(result.stderr).toBe(`error: ${message} [input]\nhint: the answer is ${place}\n`);
      if (format === 'text') return expect(result.stdout).toBe('costly\n');
      const last = JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '');
      const document = format === 'json' ? last : last.invocation;
      const failure = { type: 'input', message, hint: `the answer is ${place}` };
      expect(document).toMatchObject({ status: 'failed', text: 'costly', tool: 'bot', failure });
      expect(document.id).toBe(rig.traces()[0]?.id);
      expect(document.cost).not.toBeNull();
    })();
  });
});
