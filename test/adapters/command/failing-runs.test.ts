import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eachInItsFolder, print, run, testFolder } from './runs.js';
import { at, grammarOf } from './samples.js';

eachInItsFolder();

describe('a failure', () => {
  it('is a missing answer', async () => {
    const { outcome } = await run({ agent: 'says-nothing' });
    expect(outcome).toMatchObject({
      failure: {
        type: 'invalid_response',
        message: '`says-nothing` exited with 0 but gave no answer',
        exitCode: 0,
      },
      finishReason: 'error',
    });
  });

  it('is an error behind exit code 0', async () => {
    const output = grammarOf({
      format: 'json',
      text: [at('/result')],
      success: { '/is_error': false },
      error: { message: [at('/result')], status: [at('/status')], code: [] },
    });
    const answer = '{"is_error":true,"result":"Invalid API key","status":401}';
    const { outcome } = await run({ agent: 'prints', args: print(answer), tool: { output } });
    expect(outcome.failure).toMatchObject({
      type: 'authentication',
      httpStatus: 401,
      message: '`prints` did not report success: Invalid API key',
    });
  });

  it.each([
    {
      key: 'success',
      grammar: { success: { '/is_eror': false }, error: { message: [at('/result')], status: [], code: [] } },
      type: 'provider_error',
      words: 'did not report success, nothing matches `{"/is_eror":false}` (`output.success`): done',
    },
    {
      key: 'success, with no error message',
      grammar: { success: { '/is_eror': false } },
      type: 'provider_error',
      words: 'did not report success, nothing matches `{"/is_eror":false}` (`output.success`)',
    },
    {
      key: 'end',
      grammar: { end: { '/typ': 'result' } },
      type: 'invalid_response',
      words: 'exited with 0 before the end of its answer, nothing matches `{"/typ":"result"}` (`output.end`)',
    },
  ])('names the filter that nothing matched, and shows what came: $key', async ({ grammar, type, words }) => {
    const answer = JSON.stringify({ type: 'result', is_error: false, result: 'done', more: 'x'.repeat(300) });
    const output = grammarOf({ format: 'json', text: [at('/result')], ...grammar });
    const { outcome } = await run({ agent: 'prints', args: print(answer), tool: { output } });
    expect(outcome.failure).toMatchObject({ type, message: `\`prints\` ${words}` });
    expect(answer.startsWith(outcome.failure?.received?.replace(/…$/, '') ?? 'nothing')).toBe(true);
    expect([...(outcome.failure?.received ?? '')].length).toBeGreaterThanOrEqual(200);
  });

  it('is a JSON error on standard error, whose end is kept', async () => {
    const error = {
      message: [at('/error/message', { from: 'stderr' })],
      status: [at('/error/code', { from: 'stderr' })],
      code: [],
    };
    const stderr = `noise\n${JSON.stringify({ error: { message: 'slow down', code: 429 } }, null, 2)}\n`;
    const output = grammarOf({ format: 'json', text: [at('/result')], error });
    const { outcome } = await run({
      agent: 'prints',
      args: print('', stderr, 173),
      tool: { output },
      task: { modelName: 'm' },
    });
    expect(outcome).toMatchObject({
      exitCode: 173,
      failure: {
        type: 'rate_limit',
        message: '`prints` exited with 173: slow down',
        exitCode: 173,
        httpStatus: 429,
        model: 'm',
        stderrTail: stderr.trimEnd(),
      },
    });
  });

  it('is a death by signal', async () => {
    const { outcome } = await run({ agent: 'dies-by-signal' });
    expect(outcome.failure).toMatchObject({
      type: 'provider_error',
      message: '`dies-by-signal` was ended by SIGKILL',
    });
  });

  it('is a binary that is missing or cannot be started', async () => {
    expect(
      (await run({ agent: 'gone', task: { binaryPath: join(testFolder(), 'gone') } })).outcome.failure,
    ).toMatchObject({ type: 'tool_not_found', hint: 'npm install -g bot' });
    writeFileSync(join(testFolder(), 'plain'), 'x');
    expect(
      (await run({ agent: 'plain', task: { binaryPath: join(testFolder(), 'plain') } })).outcome.failure,
    ).toMatchObject({ type: 'tool_not_found' });
  });

  it('names the program that was started, which need not be the binary', async () => {
    const { outcome } = await run({ agent: 'prints', args: ['no-such-program', '{binary}'] });
    expect(outcome.failure?.message).toMatch(/^`no-such-program` cannot be started/);
  });

  it('is a missing working directory, not a missing binary', async () => {
    const { outcome } = await run({ agent: 'prints', task: { cwd: join(testFolder(), 'gone') } });
    expect(outcome.failure).toMatchObject({
      type: 'input',
      message: expect.stringContaining('gone` does not exist'),
    });
  });

  it('is a folder for private files that cannot be written', async () => {
    const { outcome } = await run({
      agent: 'prints',
      args: ['{prompt_file}'],
      tool: { prompt: 'file' },
      context: { tmpDir: join(testFolder(), 'gone') },
    });
    expect(outcome.failure).toMatchObject({
      type: 'input',
      message: expect.stringMatching(/gone`: ENOENT$/),
    });
  });

  it('is a command line whose total is too long', async () => {
    const args = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    const { outcome } = await run({ agent: 'prints', args });
    expect(outcome.failure).toMatchObject({
      type: 'invalid_request',
      hint: expect.stringContaining('prompt: stdin'),
    });
  });
});
