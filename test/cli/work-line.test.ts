import { describe, expect, it } from '@jest/globals';
import { NO_WORK, workAfter, workLine } from '../../src/cli/work-line.js';
import type { RunEvent } from '../../src/domain/events.js';

const TOOK_MS = 42_000;

function workOf(...events: unknown[]) {
  return (events as RunEvent[]).reduce(workAfter, NO_WORK);
}

function finished(chargedMicroUsd: number | null) {
  return { type: 'attempt.finished', attempt: 1, record: { cost: { chargedMicroUsd } } };
}

describe('the line of a running tool', () => {
  it('has the name and the time alone at first', () => {
    expect(workLine('codex', TOOK_MS, NO_WORK)).toBe('codex  42.0 s');
  });

  it('has the newest step, the tokens and the cost of the attempts before', () => {
    const work = workOf(
      finished(21_300),
      { type: 'tool.activity', attempt: 2, name: 'Grep' },
      { type: 'tool.activity', attempt: 2, name: 'Read' },
      { type: 'output.delta', attempt: 2, text: 'x'.repeat(41) },
    );
    expect(workLine('codex', TOOK_MS, work)).toBe('codex  42.0 s  step 2: Read  ~11 tokens  $0.0213 so far');
  });

  it('adds what the running attempt has cost so far, an estimate with a tilde, and an unknown cost never', () => {
    const soFar = (basis: string, chargedMicroUsd: number | null) => ({
      type: 'cost.so_far',
      attempt: 2,
      cost: { chargedMicroUsd, basis },
    });
    const shown = (...events: object[]): string => workLine('codex', TOOK_MS, workOf(...events));
    expect(shown(soFar('reported', 4000))).toBe('codex  42.0 s  $0.004 so far');
    expect(shown(finished(21_300), soFar('computed', 1), soFar('estimated', 4000))).toBe(
      'codex  42.0 s  ~$0.0253 so far',
    );
    expect(shown(soFar('estimated', 4000), finished(5000))).toBe('codex  42.0 s  $0.005 so far');
    expect(shown(soFar('unknown', 4000))).toBe('codex  42.0 s');
    expect(shown(soFar('unknown', null))).toBe('codex  42.0 s');
    expect(shown(soFar('computed', 0))).toBe('codex  42.0 s');
  });

  it('starts anew with each attempt, and never makes up a cost', () => {
    const work = workOf({ type: 'tool.activity', attempt: 1, name: 'Read' }, finished(null), finished(5));
    expect(workLine('codex', TOOK_MS, work)).toBe('codex  42.0 s  cost so far unknown');
  });

  it('does not count what the tool writes again', () => {
    const delta = { type: 'output.delta', attempt: 1, text: 'abcd' };
    const work = workOf(delta, { type: 'output.restart', attempt: 1 }, delta);
    expect(workLine('codex', TOOK_MS, work)).toBe('codex  42.0 s  ~1 tokens');
  });
});
