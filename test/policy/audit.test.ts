import { expect, it } from '@jest/globals';
import { failure } from '../../src/domain/failure.js';
import type { Because, Plan, Rejected } from '../../src/domain/plan.js';
import { refusalEntries, refusedFirst, refusedLater } from '../../src/policy/audit.js';

function rejected(tool: string, rule: Because['rule'], more: Partial<Rejected> = {}): Rejected {
  return {
    ...{ tool, model: null, because: [{ rule, detail: '', at: null }], reason: 'not_allowed', detail: 'no' },
    ...{ hint: null, at: null, resetAt: null, phase: 'plan', gate: 'governance' },
    ...more,
  };
}

const first = rejected('first', 'preferred');
const early = rejected('early', 'fallback');
const late = rejected('late', 'fallback', { position: 1 });
const last = rejected('last', 'fallback', { position: 2 });
const plan = {
  candidates: ['a', 'b'].map((tool) => ({ tool, model: null, because: [] })),
  rejected: [first, early, late, last],
} as unknown as Plan;

const answered = (tool: string) => ({ tool, model: null, failure: null });
const failed = (tool: string) => ({ ...answered(tool), failure: failure('connection', 'gone') });

it('a refused fallback counts only once the run needed it', () => {
  expect(refusedFirst(plan)).toEqual([first, early]);
  expect(refusedLater(plan, [answered('a')])).toEqual([]);
  expect(refusedLater(plan, [failed('a'), answered('b')])).toEqual([late]);
  expect(refusedLater(plan, [failed('a'), failed('b')])).toEqual([late, last]);
  expect(refusedLater(plan, [failed('a'), failed('b'), answered('cooling')])).toEqual([late, last]);
});

it('a tool that is only there by default needs no key', () => {
  const subject = { project: null, agent: null, sourceAgent: null, session: null };
  const ids = { traceId: 't', invocationId: 'i' };
  const lacksKey = { gate: 'availability', missingVariable: 'A_KEY' };
  const events = (rule: Because['rule']) =>
    refusalEntries([rejected('a', rule, lacksKey)], { ...subject, ...ids }).map(({ event }) => event);
  expect(events('first_usable')).toEqual([]);
  expect(events('preferred')).toEqual(['missing_api_key']);
});
