import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RouterConfig } from '../../src/config/types.js';
import type { Price } from '../../src/domain/cost.js';
import type { SpendWindow } from '../../src/domain/facts.js';
import { lookup } from '../../src/domain/lookup.js';
import { budgetNotices, checkBudget, checkLedger } from '../../src/policy/budget.js';
import { costWords, countedMicroUsd, type RunCost, runCost } from '../../src/policy/run-cost.js';
import { limitsAt, scopesOf, spendingOf, windowsOf } from '../../src/policy/spend-limits.js';
import { configOf } from '../rig/config.js';

const NOW = Date.UTC(2026, 11, 31, 23, 59, 59, 999);
const CONFIG = configOf(`
agents: { a: { preferred_tool: bot, max_cost_usd: 3 } }
tools: { bot: { binary: bot, args: [] } }
policies:
  default:
    budget: [{ daily_usd: 10 }, { scope: agent, daily_usd: 4, per_request_usd: 2 }]
  strict:
    budget: { scope: policy, monthly_usd: 50, per_request_usd: 1, limit: { type: hard, threshold_percent: 50 } }
`);
const PAYER = { project: '/p', policy: 'strict', agent: 'a' };
const PRICE: Price = {
  input: 10,
  output: 30,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  above: [],
};

/** What bounds a request of the project `/p`; without more one of agent `a` under policy `strict`. */
function spending(
  more: { policy?: string; agent?: null; maxCostMicroUsd?: number | null; config?: RouterConfig } = {},
) {
  const { policy: name = 'strict', agent, maxCostMicroUsd = null, config = CONFIG } = more;
  const policy = lookup(config.policies, name);
  if (policy === null) throw new Error(`no policy ${name}`);
  const asking = agent === null ? null : lookup(config.agents, 'a');
  return spendingOf(config, { project: '/p', policy, agent: asking, maxCostMicroUsd });
}

describe('the limits of a request', () => {
  it('are those of `default` and those of its policy, each in its scope and its UTC window', () => {
    expect(limitsAt(spending(), NOW)).toMatchObject([
      {
        window: 'daily',
        scope: 'global',
        period: '2026-12-31',
        isHard: false,
        thresholdPercent: 80,
        endsAtMs: NOW + 1,
      },
      { window: 'daily', scope: '["agent","/p","a"]', limitMicroUsd: 4_000_000 },
      {
        window: 'monthly',
        scope: '["policy","/p","strict"]',
        period: '2026-12',
        isHard: true,
        endsAtMs: NOW + 1,
      },
    ]);
    expect(limitsAt(spending({ policy: 'default' }), NOW)).toHaveLength(2);
  });

  it('count every run, also runs before the limit was configured', () => {
    expect(scopesOf(PAYER)).toEqual([
      'global',
      '["policy","/p","default"]',
      '["policy","/p","strict"]',
      '["agent","/p","a"]',
    ]);
  });

  it('leave a request the lowest of its caps', () => {
    const cap = (policy: string, maxCostMicroUsd: number | null) =>
      spending({ policy, maxCostMicroUsd }).capMicroUsd;
    expect([cap('strict', null), cap('default', null), cap('default', 500_000)]).toEqual([
      1_000_000, 2_000_000, 500_000,
    ]);
    expect(spending({ policy: 'default', agent: null, config: configOf('') }).capMicroUsd).toBeNull();
  });
});

describe('the worst-case cost of a run', () => {
  const base = {
    kind: 'command',
    billing: 'api',
    model: 'm',
    price: PRICE,
    inputTokens: 1000,
    maxOutputTokens: 100,
    capMicroUsd: 500,
    isHeldPerCall: false,
  } as const;
  it.each([
    ['a command: its cap, since it calls as often as it likes', {}, { worstMicroUsd: 500, missing: null }],
    ['a command without one: unknown', { capMicroUsd: null }, { worstMicroUsd: null, missing: 'cap' }],
    ['a command whose model has no price', { price: null }, { missing: 'price' }],
    [
      'a command whose calls are held one by one: no cap is needed',
      { capMicroUsd: null, isHeldPerCall: true },
      { worstMicroUsd: null, missing: null },
    ],
    ['a command without models', { model: null, price: null }, { worstMicroUsd: 500, missing: null }],
    [
      'an API: input and the longest answer',
      { kind: 'mock', capMicroUsd: null },
      { worstMicroUsd: 13_000, missing: null },
    ],
    ['an API: never above the cap', { kind: 'mock' }, { worstMicroUsd: 500, missing: null }],
    [
      'an API of unknown length',
      { kind: 'mock', maxOutputTokens: null, capMicroUsd: null },
      { worstMicroUsd: null, missing: 'output_limit' },
    ],
    [
      'a subscription: nothing',
      { billing: 'subscription', price: null },
      { worstMicroUsd: 0, missing: null },
    ],
  ] as const)('%s', (_, more, expected) => {
    expect(runCost({ ...base, ...more })).toMatchObject(expected);
  });
});

describe('a limit', () => {
  const limits = limitsAt(spending(), NOW);
  const run: RunCost = {
    billing: 'api',
    worstMicroUsd: 1_000_000,
    inputMicroUsd: 0,
    missing: null,
    model: 'm',
    isHeldPerCall: false,
  };
  const no = { forced: false, nested: false };
  const spent = (settled: number, reserved = 0): SpendWindow[] =>
    windowsOf(
      limits,
      limits.map(() => ({ settledMicroUsd: settled, reservedMicroUsd: reserved, drawableMicroUsd: 0 })),
    );

  it('that is hard admits what just fits, and not one micro-dollar more', () => {
    expect(checkBudget(spent(49_000_000), run, no)).toEqual({ reserveMicroUsd: 1_000_000 });
    expect(checkBudget(spent(40_000_000, 9_000_001), run, no)).toMatchObject({
      refusal: { why: 'over_limit', resetAt: '2027-01-01T00:00:00.000Z' },
    });
  });

  it('that is hard has room for all of `per_request_usd`, also where the cap of an outer run has less left', () => {
    const [daily] = spent(0);
    if (daily === undefined) throw new Error('there is no window');
    const hard: SpendWindow = { ...daily, isHard: true, limitMicroUsd: 1_000_000 };
    const family: SpendWindow = {
      ...hard,
      window: 'family',
      limitMicroUsd: 900_000,
      settledMicroUsd: 600_000,
    };
    const asked = { ...run, worstMicroUsd: 900_000 };
    const nested = { forced: false, nested: true, isCapAsked: false };
    expect(checkBudget([family, hard], asked, nested)).toEqual({ reserveMicroUsd: 300_000 });
    const used = { ...hard, settledMicroUsd: 600_000 };
    expect(checkBudget([family, used], asked, nested)).toMatchObject({ refusal: { why: 'over_limit' } });
  });

  it('never admits what would exceed it, whatever the sums', () => {
    const amount = fc.integer({ min: 0, max: 100_000_000 });
    fc.assert(
      fc.property(amount, amount, amount, (settled, reserved, worstMicroUsd) => {
        const verdict = checkBudget(spent(settled, reserved), { ...run, worstMicroUsd }, no);
        const held = 'refusal' in verdict ? 0 : settled + reserved + verdict.reserveMicroUsd;
        expect(held).toBeLessThanOrEqual(50_000_000);
      }),
    );
  });

  it('does not apply to forced runs and to tools not billed per token', () => {
    const full = spent(60_000_000);
    expect(checkBudget(full, run, { ...no, forced: true })).toEqual({ reserveMicroUsd: 1_000_000 });
    expect(checkBudget(full, { ...run, billing: 'free', worstMicroUsd: 0 }, no)).toEqual({
      reserveMicroUsd: 0,
    });
  });

  it('warns from its threshold on, each limit separately', () => {
    expect(budgetNotices(spent(8_100_000), run).map(({ message }) => message)).toEqual([
      'Daily spending at 81% of limit ($8.10 / $10.00)',
      'Daily spending of agent `a` at 202% of limit ($8.10 / $4.00)',
    ]);
    expect(budgetNotices(spent(3_000_000), run)).toEqual([]);
    expect(budgetNotices(spent(25_000_000), { ...run, billing: 'subscription' })).toEqual([]);
  });
});

describe('the counted cost of a finished run', () => {
  const base = {
    started: true,
    active: true,
    failure: null,
    billing: 'api',
    chargedMicroUsd: null,
    isPartial: false,
    seenMicroUsd: 0,
    reservedMicroUsd: 900,
  } as const;
  it.each([
    ['its cost', { chargedMicroUsd: 20 }, 20],
    ['its cost, also above what was held', { chargedMicroUsd: 2000 }, 2000],
    ['the whole reservation, when the cost is unknown', {}, 900],
    ['all that was held, where only a part is known', { chargedMicroUsd: 20, isPartial: true }, 900],
    ['the known part, where that is more', { chargedMicroUsd: 2000, isPartial: true }, 2000],
    ['nothing without a limit, when the cost is unknown', { reservedMicroUsd: null }, 0],
    ['what was seen of one that was ended', { failure: 'timeout', seenMicroUsd: 70 }, 70],
    ['all that was held by one that was ended unseen', { failure: 'timeout' }, 900],
    ['nothing of one that never started', { started: false }, 0],
    ['nothing of one that was turned away at the door', { failure: 'authentication', active: false }, 0],
    ['all that was held by one that lost its login while it worked', { failure: 'authentication' }, 900],
    ['nothing of a subscription', { billing: 'subscription', chargedMicroUsd: 0 }, 0],
  ] as const)('%s', (_, more, counted) => {
    expect(countedMicroUsd({ ...base, ...more })).toBe(counted);
  });
});

describe('the estimate for people', () => {
  const unbounded = { worstMicroUsd: null, inputMicroUsd: null, isHeldPerCall: false };
  const run: RunCost = { billing: 'api', missing: 'cap', model: null, ...unbounded };

  it.each<[Partial<RunCost>, string]>([
    [{ worstMicroUsd: 500_000 }, 'at most $0.50'],
    [{ isHeldPerCall: true }, 'unknown, and each of its calls is held to the limits'],
    [{}, 'unknown, and nothing bounds it'],
    [{ inputMicroUsd: 20_000 }, '$0.02 for its input, and nothing bounds the rest'],
  ])('of %j is %s', (bounds, words) => {
    expect(costWords({ ...run, ...bounds })).toBe(`Estimated cost of this run: ${words}`);
  });
});

describe('a run without its ledger', () => {
  const failOpen = (policies: string) =>
    spending({ config: configOf(`policies: { ${policies} }\n`), agent: null }).failOpen;

  it('may go on by a policy that says so, up to a sum', () => {
    expect(failOpen('strict: { fail_open: { up_to_usd: 2 } }')).toMatchObject({
      policy: 'strict',
      upToMicroUsd: 2_000_000,
      at: expect.stringMatching(/^llm-router\.yaml:2:/),
    });
  });

  it('names the policy `default` where that says so for its own', () => {
    expect(failOpen('default: { fail_open: { up_to_usd: 2 } }, strict: {}')).toMatchObject({
      policy: 'default',
      upToMicroUsd: 2_000_000,
    });
  });

  it('is refused without such a policy, and by no limit that is not hard', () => {
    expect(failOpen('strict: {}')).toBeNull();
    const hard = limitsAt(spending(), NOW).filter(({ isHard }) => isHard);
    expect(checkLedger(hard, null)).toMatchObject({
      detail: 'this router keeps no ledger, and the monthly budget is hard',
      hint: 'give it one',
    });
    const trouble = { message: 'it is read-only', hint: 'make it writable' };
    expect(checkLedger(hard, trouble)).toMatchObject({
      detail: 'it is read-only, and the monthly budget is hard',
      hint: 'make it writable',
    });
    expect(checkLedger([], trouble)).toBeNull();
  });
});
