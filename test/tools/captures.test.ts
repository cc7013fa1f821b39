import { describe, expect, it } from '@jest/globals';
import { type SessionTotals, toUsd } from '../../src/domain/cost.js';
import { type Case, casesOf, differences, recordingsOf, tokensOf } from './expectations.js';
import { type Replayed, replay, withReplays } from './replay.js';

withReplays();

/** The built-in tools with recordings, and the cases that are not replayed, by reason. */
const RECORDED = [
  {
    tool: 'claude-code',
    program: 'claude',
    leftOut: {
      'a question about version or login': [
        'auth-status-key',
        'auth-status-nokey',
        'auth-status-text',
        'version',
      ],
      'answers and errors in plain text, which the definition never asks for': [
        'json-schema-text',
        'no-key-text',
        'stdin-open',
        'text-401-maxretries0',
        'text-404',
        'text-argv',
        'text-maxturns',
        'text-stdin',
        'text-stdin-plus-argv',
      ],
      'too long a command line: no program was started': ['bigargv-200k'],
    },
  },
  {
    tool: 'codex',
    program: 'codex',
    leftOut: {
      'a question about version or login': [
        'login-status',
        'login-status-apikey',
        'login-status-nokey',
        'version',
      ],
      'answers and errors in plain text, which the definition never asks for': [
        '401-text',
        'text-argv',
        'text-router',
        'text-stdin',
        'text-stdin-nodash',
        'text-stdin-plus-argv',
        'unknown-model-text',
      ],
    },
  },
  {
    tool: 'gemini',
    program: 'gemini',
    leftOut: {
      'a question about the version': ['version'],
      'answers in plain text, which the definition never asks for': [
        'stdin-open',
        'text-argv',
        'text-stdin',
        'text-stdin-p-empty',
        'text-stdin-plus-argv',
      ],
      'events, which count no thoughts': ['stream-json', 'stream-json-400badkey', 'stream-json-429'],
    },
  },
  { tool: 'qwen-code', program: 'qwen', leftOut: {} },
  { tool: 'copilot', program: 'copilot', leftOut: {} },
  { tool: 'pi', program: 'pi', leftOut: {} },
  {
    tool: 'opencode',
    program: 'opencode',
    leftOut: {
      'a question about version, login or models': ['auth-list', 'models', 'version'],
      'answers and errors in plain text, which the definition never asks for': [
        '401-text',
        '429-text',
        'text-argv',
        'text-stdin',
        'text-stdin-plus-argv',
        'unknown-model-text',
      ],
    },
  },
];

describe.each(RECORDED)('the built-in definition of $tool', ({ tool, program, leftOut }) => {
  const cases = casesOf(program);
  const unplayed = Object.values<string[]>(leftOut).flat();

  it.each(cases.filter(({ name }) => !unplayed.includes(name)))('reads the run $name', async (one) => {
    expect(differences(one, await replayCase(tool, one))).toEqual([]);
  });

  it('skips no recording without a reason', () => {
    const names = cases.map(({ name }) => name);
    expect([...names].sort()).toEqual(recordingsOf(program).sort());
    expect(unplayed.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('a resumed session', () => {
  it.each([
    { tool: 'claude-code', program: 'claude', runs: ['sessionid', 'resume-ok', 'resume-other-cwd'] },
    { tool: 'codex', program: 'codex', runs: ['session-1', 'resume-last'] },
  ])('of $tool has per-run usage', async ({ tool, program, runs }) => {
    let told: SessionTotals | null = null;
    for (const name of runs) {
      const one = named(program, name);
      const { outcome } = await replayCase(tool, one, told === null ? {} : { sessionTotals: told });
      const { run_usage: usage = one.expected.usage, run_cost_usd: cost = one.expected.cost_usd } =
        one.expected;
      expect(tokensOf(outcome.usage)).toEqual(usage);
      expect(outcome.reportedCostMicroUsd === null).toBe(cost === null);
      // Each of the totals is rounded to a millionth of a dollar.
      expect(toUsd(outcome.reportedCostMicroUsd ?? 0)).toBeCloseTo(cost ?? 0, 5);
      told = totalsOf(await replayCase(tool, one));
    }
  });

  it('of a tool that reports per-run usage needs no subtraction', async () => {
    const one = named('opencode', 'resume-continue');
    const sessionTotals = totalsOf(await replayCase('opencode', named('opencode', 'session-a')));
    expect(differences(one, await replayCase('opencode', one, { sessionTotals }))).toEqual([]);
  });
});

function replayCase(tool: string, { capture }: Case, more: { sessionTotals?: SessionTotals } = {}) {
  const { stdout, stderr, exit_code: exitCode, signal } = capture;
  return replay(tool, { stdout, stderr, exitCode, signal }, more);
}

function totalsOf({ outcome }: Replayed): SessionTotals {
  return { usage: outcome.usage, costMicroUsd: outcome.reportedCostMicroUsd };
}

function named(program: string, name: string): Case {
  const found = casesOf(program).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no recording ${program}/${name}`);
  return found;
}
