import { describe, expect, it } from '@jest/globals';
import { classifyRun } from '../../../src/adapters/command/failure-rules.js';
import type { Reading } from '../../../src/adapters/command/output.js';
import type { CommandTool, FailureRule } from '../../../src/config/types.js';
import type { FailureType } from '../../../src/domain/failure.js';
import { at, grammarOf, toolOf } from './samples.js';

const GOOD: Reading = {
  text: 'the answer mentions: rate limit, usage limit, 429, not logged in',
  usage: null,
  costMicroUsd: null,
  finishReason: 'unknown',
  responseModel: null,
  toolSessionId: null,
  data: null,
  error: { message: null, status: null, code: null },
  waiting: null,
  stderr: '',
  parsed: true,
  sawEnd: true,
  successOk: true,
  sawCut: false,
  overSize: false,
  saw: () => false,
  found: () => [],
  warnings: [],
  worked: true,
  beginning: '',
  late: [],
};

interface Case {
  tool?: Partial<CommandTool>;
  exitCode?: number | null;
  signal?: string | null;
  reading?: Partial<Reading>;
}

function verdict(
  { tool = {}, exitCode = 0, signal = null, reading = {} }: Case,
  redact = (text: string) => text,
) {
  return classifyRun({
    tool: toolOf([], tool),
    model: 'm',
    exitCode,
    signal,
    reading: { ...GOOD, ...reading },
    redact,
  });
}

function rule(
  type: FailureType,
  when: Partial<FailureRule['when']>,
  hint: string | null = null,
): FailureRule {
  const nothing = {
    exitCodes: null,
    signal: null,
    status: null,
    code: null,
    error: null,
    stderr: null,
    pointer: null,
  };
  return { type, when: { ...nothing, ...when }, resetAt: null, retryAfter: null, cools: 'model', hint };
}

function said(
  message: string | null,
  status: number | null = null,
  code: string | null = null,
): Partial<Reading> {
  return { error: { message, status, code } };
}

describe('classifyRun', () => {
  it('accepts a success, whatever words the answer or standard error contain', () => {
    const failures = [rule('rate_limit', { stderr: 'rate limit' }), rule('quota', { error: 'usage limit' })];
    expect(verdict({ tool: { failures }, reading: { stderr: 'rate limit' } })).toBeNull();
    expect(verdict({ tool: { okExitCodes: [0, 3] }, exitCode: 3 })).toBeNull();
    expect(verdict({ tool: { allowEmpty: true }, reading: { text: '' } })).toBeNull();
    expect(verdict({ reading: { finishReason: 'length' } })).toBeNull();
  });

  it.each<[string, Case, FailureType, string]>([
    ['empty', { reading: { text: ' \n' } }, 'invalid_response', '`bot` exited with 0 but gave no answer'],
    [
      'read at a place that is not there',
      { tool: { output: grammarOf({ text: [at('/answer')] }) }, reading: { text: '', beginning: '{"a":1}' } },
      'invalid_response',
      '`bot` exited with 0 but gave no answer: nothing at `/answer` (`output.text`)',
    ],
    [
      'not JSON',
      { reading: { parsed: false, text: '' } },
      'invalid_response',
      '`bot` exited with 0, and its output is not JSON',
    ],
    [
      'no end',
      { reading: { sawEnd: false } },
      'invalid_response',
      '`bot` exited with 0 before the end of its answer',
    ],
    [
      'no end, exit 1',
      { exitCode: 1, reading: { sawEnd: false } },
      'invalid_response',
      '`bot` exited with 1 before the end of its answer',
    ],
    ['no success', { reading: { successOk: false } }, 'provider_error', '`bot` did not report success'],
    [
      'an error behind exit 0',
      { reading: { successOk: false, ...said('Server error.\nTry  later.') } },
      'provider_error',
      '`bot` did not report success: Server error. Try later.',
    ],
    ['exit 1', { exitCode: 1 }, 'provider_error', '`bot` exited with 1'],
    [
      'exit 1, standard error',
      { exitCode: 1, reading: { stderr: 'warming up\nboom\n' } },
      'provider_error',
      '`bot` exited with 1: boom',
    ],
    [
      'exit 1, an error and a hint behind it',
      { exitCode: 1, reading: { stderr: 'warming up\nTypeError: boom\n    at main\nhint: try it\n' } },
      'provider_error',
      '`bot` exited with 1: TypeError: boom',
    ],
    [
      'exit 1, error',
      { exitCode: 1, reading: said('no credit') },
      'provider_error',
      '`bot` exited with 1: no credit',
    ],
    ['a signal', { exitCode: null, signal: 'SIGKILL' }, 'provider_error', '`bot` was ended by SIGKILL'],
  ])('%s', (_name, run, type, message) => {
    expect(verdict(run)).toMatchObject({
      type,
      message,
      tool: 'bot',
      model: 'm',
      exitCode: run.exitCode === undefined ? 0 : run.exitCode,
    });
  });

  it.each<[number, FailureType]>([
    [400, 'invalid_request'],
    [401, 'authentication'],
    [403, 'authentication'],
    [404, 'model_not_found'],
    [429, 'rate_limit'],
    [500, 'provider_error'],
    [503, 'overloaded'],
    [529, 'overloaded'],
    [599, 'provider_error'],
    [418, 'provider_error'],
  ])('status %d is %s', (status, type) => {
    expect(verdict({ exitCode: 1, reading: said('no', status) })).toMatchObject({ type, httpStatus: status });
  });

  it('applies the rules first, in order, with all conditions of each', () => {
    const failures = [
      rule('refused', { exitCodes: [2], error: 'no' }),
      rule('quota', { error: 'usage LIMIT' }, 'wait until Monday'),
      rule('rate_limit', { status: [429] }),
    ];
    expect(
      verdict({ tool: { failures }, exitCode: 1, reading: said('Usage limit reached, no', 429) }),
    ).toMatchObject({
      type: 'quota',
      hint: 'wait until Monday',
      message: '`bot` exited with 1: Usage limit reached, no',
      httpStatus: 429,
    });
  });

  it.each<[string, Partial<FailureRule['when']>, Case, boolean]>([
    ['exit code', { exitCodes: [41, 42] }, { exitCode: 42 }, true],
    ['other exit code', { exitCodes: [41] }, { exitCode: 1 }, false],
    ['exit code of a signal', { exitCodes: [0] }, { exitCode: null, signal: 'SIGTERM' }, false],
    ['signal', { signal: 'SIGTERM' }, { exitCode: null, signal: 'SIGTERM' }, true],
    ['other signal', { signal: 'SIGTERM' }, { exitCode: null, signal: 'SIGKILL' }, false],
    ['status', { status: [402, 429] }, { exitCode: 1, reading: said(null, 429) }, true],
    ['no status', { status: [429] }, { exitCode: 1 }, false],
    ['code', { code: ['max_turns'] }, { exitCode: 1, reading: said(null, null, 'max_turns') }, true],
    [
      'standard error',
      { stderr: '^not logged in' },
      { exitCode: 1, reading: { stderr: 'hi\nNot logged in\n' } },
      true,
    ],
    ['no error message', { error: 'x' }, { exitCode: 1, reading: { stderr: 'x' } }, false],
    [
      'pointer',
      { pointer: { '/a': 1 } },
      { exitCode: 1, reading: { saw: (filter) => filter['/a'] === 1 } },
      true,
    ],
    ['a regex that does not compile', { stderr: '(' }, { exitCode: 1, reading: { stderr: '(' } }, false],
    ['nothing', {}, { exitCode: 1 }, true],
  ])('a rule on %s', (_name, when, run, isMatch) => {
    const failed = verdict({ ...run, tool: { failures: [rule('limit_reached', when)] } });
    expect(failed?.type === 'limit_reached').toBe(isMatch);
  });
});

describe('the end of standard error', () => {
  const tail = (stderr: string, redact = (text: string) => text) =>
    classifyRun({
      tool: toolOf([]),
      model: null,
      exitCode: 1,
      signal: null,
      reading: { ...GOOD, stderr },
      redact,
    })?.stderrTail;

  it('is 20 lines or 4 KiB', () => {
    const lines = tail(Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join(''));
    expect(lines?.split('\n')).toHaveLength(20);
    expect(lines).toMatch(/^line 10\n.*line 29$/s);
    expect(Buffer.byteLength(tail('ä'.repeat(10_000)) ?? '')).toBeLessThanOrEqual(4096);
    expect(tail('')).toBeNull();
  });

  it('is masked before it is cut', () => {
    const key = Array.from({ length: 30 }, (_, i) => `part ${i} of a key`).join('\n');
    const masked = verdict({ exitCode: 1, reading: { stderr: `failed: ${key}` } }, (text) =>
      text.replace(key, '*'),
    );
    expect(masked?.message).toBe('`bot` exited with 1: failed: *');
    expect(tail(`${key}\nfailed`, (text) => text.replace(key, '[redacted]'))).toBe('[redacted]\nfailed');
  });
});
