import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '../../src/domain/attempt.js';
import { type Failure, failure } from '../../src/domain/failure.js';
import { unrunInvocation } from '../../src/domain/invocation.js';
import type { Plan } from '../../src/domain/plan.js';
import type { RunInfo } from '../../src/ledger/ledger.js';
import { invocationRow } from '../../src/ledger/rows.js';

const because = [{ rule: 'fallback' as const, detail: '', at: null }];
const plan = { agent: 'a', policy: 'default', rejected: [], warnings: [] } as unknown as Plan;
const info: RunInfo = {
  ...{ scopes: ['all'], project: '', sourceAgent: null, preference: null, tags: {} },
  ...{ forced: false, justification: null, task: null, race: null },
};
const attempt = (tool: string) => ({ tool, model: null }) as unknown as Attempt;

/** The row of a run with these attempts, which ended with the last one. */
function rowOf(tools: readonly string[], more: { failure?: Failure | null; race?: RunInfo['race'] } = {}) {
  const candidates = ['one', 'chained'].map((tool) => ({
    ...{ tool, model: null, because: tool === 'chained' ? because : [] },
  }));
  const ids = { id: 'i', traceId: 't', startedAt: '2026-11-20T12:00:00.000Z', parentId: null };
  const unrun = unrunInvocation({
    ...ids,
    ...{ plan: { ...plan, candidates } as unknown as Plan, session: null, sourceAgent: null },
    failure: more.failure ?? null,
  });
  const invocation = { ...unrun, tool: tools.at(-1) ?? null, attempts: tools.map(attempt) };
  return invocationRow(invocation, { ...info, race: more.race ?? null });
}

describe('the row of a candidate of a race', () => {
  const race = { raceId: 'r', isVerified: true };

  it.each<[string, number | null, Parameters<typeof rowOf>]>([
    ['has passed when it succeeded', 1, [['one'], { race }]],
    ['has not passed when it failed', 0, [['one'], { race, failure: failure('not_verified', 'no') }]],
    ['says nothing of one that was ended', null, [['one'], { race, failure: failure('cancelled', 'no') }]],
    ['says nothing of one that never started', null, [[], { race, failure: failure('not_verified', 'no') }]],
    ['says nothing where no command decides', null, [['one'], { race: { ...race, isVerified: false } }]],
    ['says nothing of a run of its own', null, [['one']]],
  ])('%s', (_, passed, given) => {
    expect(rowOf(...given)).toMatchObject({ passed, race_id: given[1]?.race?.raceId ?? null });
  });
});

describe('the row of a run', () => {
  it.each<[string, 0 | 1, readonly string[]]>([
    ['says no where the first candidate answered', 0, ['one']],
    ['says yes where another one did', 1, ['one', 'two']],
    ['says yes where it began with an entry of the chain', 1, ['chained']],
    ['says no where nothing ran', 0, []],
  ])('%s, when asked for a fallback', (_, fallback, tools) => {
    expect(rowOf(tools)).toMatchObject({ fallback, attempts: tools.length, day: '2026-11-20' });
  });
});
