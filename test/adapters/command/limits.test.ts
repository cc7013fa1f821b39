import { describe, expect, it } from '@jest/globals';
import { AS_WRITTEN } from '../../../src/config/keys/selectors.js';
import type { FailureRule, TimeMention } from '../../../src/config/types.js';
import { eachInItsFolder, print, run } from './runs.js';
import { at, grammarOf } from './samples.js';

eachInItsFolder();

const NOW_MS = Date.parse('2026-11-20T18:00:00.000Z');
const NOTHING = {
  exitCodes: null,
  signal: null,
  status: null,
  code: null,
  error: null,
  stderr: null,
  pointer: null,
};

function limitRule(
  resetAt: TimeMention | null,
  retryAfter: TimeMention | null,
  when: Partial<FailureRule['when']> = { exitCodes: [75] },
): FailureRule {
  return { type: 'quota', when: { ...NOTHING, ...when }, resetAt, retryAfter, cools: 'model', hint: null };
}

const words = (regex: string): TimeMention => ({ kind: 'words', regex });

async function limitOf(rule: FailureRule, stdout: string, stderr: string): Promise<unknown> {
  const { outcome } = await run({
    agent: 'prints',
    args: print(stdout, stderr, 75),
    tool: { failures: [rule] },
    context: { now: () => NOW_MS },
  });
  const { type, resetAt, retryAfterMs } = outcome.failure ?? {};
  return { type, resetAt, retryAfterMs };
}

describe('the end of a limit', () => {
  it('is read from standard error by a regular expression', async () => {
    const rule = limitRule(words('resets (?<time>\\S+) in (?<zone>\\S+)'), null);
    expect(await limitOf(rule, '', 'limit reached\nresets 8pm in Europe/Paris\n')).toEqual({
      type: 'quota',
      resetAt: '2026-11-20T19:00:00.000Z',
      retryAfterMs: 3_600_000,
    });
  });

  it('is read by a selector, here from JSON on standard error', async () => {
    const selector = at('/error/resets_at', { from: 'stderr' });
    const rule = limitRule({ kind: 'selected', selectors: [selector] }, null);
    expect(await limitOf(rule, '', '{"error":{"resets_at":1795219200}}')).toEqual({
      type: 'quota',
      resetAt: '2026-11-21T00:00:00.000Z',
      retryAfterMs: 21_600_000,
    });
  });

  it('is a wait in the unit that the rule names', async () => {
    const selector = at('/delay', { from: 'stderr', numbers: { ...AS_WRITTEN, unit: 'ms' } });
    const rule = limitRule(null, { kind: 'selected', selectors: [selector] });
    expect(await limitOf(rule, '', '{"delay":8436}')).toMatchObject({ retryAfterMs: 8436 });
    expect(await limitOf(rule, '', '{"delay":"2m"}')).toMatchObject({ retryAfterMs: 120_000 });
  });

  it('is a wait where the time cannot be read', async () => {
    const rule = limitRule(words('resets (?<time>.+)'), words('or in (?<time>.+)'));
    expect(await limitOf(rule, '', 'resets soon\nor in 90s\n')).toMatchObject({ retryAfterMs: 90_000 });
  });

  it.each([
    ['nothing tells it', limitRule(words('resets (?<time>.+)'), null), '', 'limit reached'],
    ['the rule has none', limitRule(null, null), '', 'resets 8pm'],
    ['it stands in the answer', limitRule(words('resets (?<time>.+)'), null), 'resets 8pm', ''],
    ['it cannot be read', limitRule(words('resets (?<time>.+)'), null), '', 'resets at the end of days'],
    [
      'the regular expression does not compile',
      limitRule(words('resets (?<time>.+'), null),
      '',
      'resets 8pm',
    ],
  ])('is unknown when %s', async (_why, rule, stdout, stderr) => {
    expect(await limitOf(rule, stdout, stderr)).toEqual({ type: 'quota', resetAt: null, retryAfterMs: null });
  });

  it('comes from the rule that matched', async () => {
    const other = limitRule(words('resets (?<time>.+)'), null, { exitCodes: [1] });
    expect(await limitOf(other, '', 'resets 8pm')).toEqual({
      type: 'provider_error',
      resetAt: null,
      retryAfterMs: null,
    });
  });
});

describe('a timeout of a tool that waits for a limit', () => {
  const waiting = (line: string) => ['-c', 'printf "$1"; exec sleep 60', 'sh', line];
  const retryAfter = words('wait (?<time>\\w+)');
  const rule = { ...limitRule(null, null, { error: 'status 429' }), type: 'rate_limit' as const, retryAfter };
  const output = grammarOf({
    waiting: [
      { kind: 'regex', regex: '^try .*', from: 'stdout', group: null, take: 'last', numbers: AS_WRITTEN },
    ],
  });

  it.each([
    ['names it', 'try 1: status 500\ntry 2: status 429, wait 90s\n', 'rate_limit', 90_000],
    ['names no limit that is over', 'try 1: status 429, wait 90s\ntry 2: status 500\n', null, null],
  ])('%s', async (_, line, waitedFor, retryAfterMs) => {
    const tool = { binary: { value: '/bin/sh', at: null }, output, failures: [rule] };
    const { outcome } = await run({
      agent: 'sh',
      args: waiting(line),
      tool,
      task: { binaryPath: '/bin/sh', idleTimeoutMs: 700 },
    });
    expect(outcome.failure).toMatchObject({ type: 'timeout', phase: 'idle', waitedFor, retryAfterMs });
    if (waitedFor !== null)
      expect(outcome.failure?.message).toContain('was waiting for a limit (`rate_limit`): try 2');
  });
});
