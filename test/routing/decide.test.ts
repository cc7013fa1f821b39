import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RetryPolicy } from '../../src/config/types.js';
import { FAILURES, type Failure, type FailureType, failure } from '../../src/domain/failure.js';
import { retryDelayMs } from '../../src/routing/backoff.js';
import {
  type Decision,
  type DecisionInput,
  decide,
  rulesFor,
  type Standing,
  type Trial,
} from '../../src/routing/decide.js';

const RETRY: RetryPolicy = {
  maxRetries: 3,
  maxAttempts: 6,
  baseDelayMs: 1000,
  multiplier: 2,
  maxDelayMs: 32_000,
  jitter: false,
  retryOnContractViolation: false,
  afterSideEffects: false,
  perFailure: {},
};
const NOW = 1_000_000_000_000;

function standing(more: Partial<Standing> = {}): Standing {
  return {
    kind: 'command',
    contextWindow: null,
    priceUsd: null,
    coolsUntilMs: null,
    refused: false,
    ...more,
  };
}

function failed(index: number, type: FailureType, more: Partial<Failure & Trial> = {}): Trial {
  const { active = false, shown = false, endedMs = NOW, ...rest } = more;
  return { index, failure: failure(type, 'x', rest), active, shown, endedMs };
}

function input(more: Partial<DecisionInput> & { retry?: Partial<RetryPolicy> } = {}): DecisionInput {
  const { retry, ...rest } = more;
  return {
    rules: { retry: { ...RETRY, ...retry }, autoFallbackOnRateLimit: true, patienceMs: 0 },
    access: 'read',
    standings: [standing(), standing()],
    trials: [],
    fruitlessWaits: 0,
    nowMs: NOW,
    remainingMs: null,
    random: 0.5,
    ...rest,
  };
}

/** `run 1`, `wait 0 for 1000`, `stop quota`. */
function said(decision: Decision): string {
  if (decision.action === 'run') return `run ${decision.index}`;
  if (decision.action === 'wait') return `wait ${decision.index} for ${decision.delayMs}`;
  return `stop ${decision.stop.failure?.type ?? 'unserved'}`;
}

describe('what follows from a failure of the first of two', () => {
  const rows: Record<FailureType, string> = {
    rate_limit: 'run 1',
    quota: 'run 1',
    overloaded: 'wait 0 for 1000',
    connection: 'wait 0 for 1000',
    timeout: 'run 1',
    provider_error: 'run 1',
    authentication: 'run 1',
    tool_not_found: 'run 1',
    model_not_found: 'run 1',
    context_too_large: 'run 1',
    invalid_request: 'stop invalid_request',
    refused: 'stop refused',
    limit_reached: 'stop limit_reached',
    invalid_response: 'wait 0 for 1000',
    contract_violation: 'stop contract_violation',
    partial: 'stop partial',
    not_allowed: 'run 1',
    budget_exceeded: 'run 1',
    cancelled: 'stop cancelled',
    usage: 'stop usage',
    input: 'stop input',
    config: 'stop config',
    internal: 'stop internal',
  };

  it.each(Object.entries(rows))('%s: %s', (type, what) => {
    expect(said(decide(input({ trials: [failed(0, type as FailureType)] })))).toBe(what);
  });

  it('is decided for every type of failure', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(FAILURES).sort());
  });

  it('of the only one is a wait where the table has a retry, else the end', () => {
    const alone = (type: FailureType, more: Partial<DecisionInput> = {}): string =>
      said(decide(input({ standings: [standing()], trials: [failed(0, type)], ...more })));
    expect(alone('rate_limit')).toBe('wait 0 for 1000');
    expect(alone('quota')).toBe('stop quota');
    expect(alone('provider_error')).toBe('stop provider_error');
    expect(alone('provider_error', { standings: [standing({ kind: 'http' })] })).toBe('wait 0 for 1000');
  });

  it('to connect is retried, any other timeout is not, and the end of all time ends all', () => {
    const endOf = (phase: Failure['phase']): string =>
      said(decide(input({ trials: [failed(0, 'timeout', { phase })] })));
    expect(endOf('connect')).toBe('wait 0 for 1000');
    expect(endOf('idle')).toBe('run 1');
    expect(endOf('invocation')).toBe('stop timeout');
  });

  it('that follows shown text is partial', () => {
    expect(said(decide(input({ trials: [failed(0, 'overloaded', { shown: true })] })))).toBe('stop partial');
  });
});

describe('retries', () => {
  it('end with max_retries, then the next one has its turn', () => {
    const trials = [1, 2, 3, 4].map(() => failed(0, 'overloaded'));
    expect(trials.map((_, i) => said(decide(input({ trials: trials.slice(0, i + 1) }))))).toEqual([
      'wait 0 for 1000',
      'wait 0 for 2000',
      'wait 0 for 4000',
      'run 1',
    ]);
  });

  it('leave an attempt for everybody who was not tried yet', () => {
    const standings = [standing(), standing(), standing()];
    const trials = [failed(0, 'overloaded'), failed(0, 'overloaded')];
    expect(said(decide(input({ standings, trials, retry: { maxAttempts: 4 } })))).toBe('run 1');
  });

  it('of an answer nobody can read happen once', () => {
    const trials = [failed(0, 'invalid_response'), failed(0, 'invalid_response')];
    expect(said(decide(input({ trials })))).toBe('run 1');
  });

  it('of a broken contract happen once, where the policy says so', () => {
    const retry = { retryOnContractViolation: true };
    const first = [failed(0, 'contract_violation')];
    expect(said(decide(input({ retry, trials: first })))).toBe('wait 0 for 1000');
    expect(said(decide(input({ retry, trials: [...first, ...first] })))).toBe('stop contract_violation');
  });

  it('wait as long as the provider asks; when that is too long, the next one is taken', () => {
    const asked = (retryAfterMs: number): string =>
      said(decide(input({ trials: [failed(0, 'overloaded', { retryAfterMs })] })));
    expect(asked(20_000)).toBe('wait 0 for 20000');
    expect(asked(40_000)).toBe('run 1');
  });

  it('follow what a policy says of one failure, and --retries over it', () => {
    const policy = {
      retry: { ...RETRY, perFailure: { overloaded: { maxRetries: 0 } } },
      autoFallbackOnRateLimit: true,
    };
    const trials = [failed(0, 'overloaded')];
    const by = (maxRetries: number | null): string =>
      said(decide(input({ trials, rules: rulesFor(policy, { maxRetries, patienceMs: 0 }) })));
    expect(by(null)).toBe('run 1');
    expect(by(1)).toBe('wait 0 for 1000');
  });

  it('come before the next one for a rate limit, where auto_fallback_on_rate_limit is off', () => {
    const rules = { retry: RETRY, autoFallbackOnRateLimit: false, patienceMs: 0 };
    expect(said(decide(input({ rules, trials: [failed(0, 'rate_limit')] })))).toBe('wait 0 for 1000');
  });

  it('do not begin when the time of the run would be over', () => {
    expect(said(decide(input({ trials: [failed(0, 'overloaded')], remainingMs: 900 })))).toBe('run 1');
  });
});

describe('a limit with an end, when nobody else is left', () => {
  const limited = (retryAfterMs: number, more: Partial<DecisionInput> = {}): Decision =>
    decide(
      input({
        trials: [failed(0, 'rate_limit', { retryAfterMs }), failed(1, 'authentication')],
        ...more,
      }),
    );
  const patient = (patienceMs: number) => ({
    rules: { retry: RETRY, autoFallbackOnRateLimit: true, patienceMs },
  });

  it('is waited for up to max_delay', () => {
    expect(said(limited(32_000))).toBe('wait 0 for 32000');
  });

  it('beyond that ends the run, with the time to come back', () => {
    expect(limited(60_000)).toMatchObject({
      action: 'stop',
      stop: { failure: { type: 'rate_limit' }, backAtMs: NOW + 60_000 },
    });
  });

  it('ends the run with what was told last, not before', () => {
    const trials = [
      failed(0, 'rate_limit', { retryAfterMs: 1000, endedMs: NOW - 5000 }),
      failed(0, 'rate_limit', { retryAfterMs: 4000 }),
    ];
    const standings = [standing({ coolsUntilMs: NOW - 9000 })];
    expect(decide(input({ standings, trials, retry: { maxRetries: 1 } }))).toMatchObject({
      stop: { backAtMs: NOW + 4000 },
    });
  });

  it('is waited for by a patient caller', () => {
    expect(said(limited(60_000, patient(60_000)))).toBe('wait 0 for 60000');
    expect(said(limited(60_001, patient(60_000)))).toBe('stop rate_limit');
  });

  it('of a quota needs patience, and a known time', () => {
    const resetAt = new Date(NOW + 5000).toISOString();
    const trials = [failed(0, 'quota', { resetAt })];
    const standings = [standing()];
    expect(said(decide(input({ standings, trials })))).toBe('stop quota');
    expect(said(decide(input({ standings, trials, ...patient(5000) })))).toBe('wait 0 for 5000');
    const unknown = [failed(0, 'quota')];
    expect(said(decide(input({ standings, trials: unknown, ...patient(99_999) })))).toBe('stop quota');
  });

  it('is not waited for past the end of the run', () => {
    expect(said(limited(20_000, { remainingMs: 20_000 }))).toBe('stop rate_limit');
  });

  it('of the one who is back first', () => {
    const trials = [
      failed(0, 'rate_limit', { retryAfterMs: 9000 }),
      failed(1, 'rate_limit', { retryAfterMs: 3000 }),
    ];
    expect(said(decide(input({ trials })))).toBe('wait 1 for 3000');
  });
});

describe('somebody who cools down', () => {
  const cooling = standing({ coolsUntilMs: NOW + 10_000 });

  it('is passed over while another is ready', () => {
    expect(said(decide(input({ standings: [cooling, standing()] })))).toBe('run 1');
  });

  it('is waited for when nobody else is there', () => {
    expect(said(decide(input({ standings: [cooling] })))).toBe('wait 0 for 10000');
    const long = standing({ coolsUntilMs: NOW + 100_000 });
    expect(decide(input({ standings: [long] }))).toMatchObject({ stop: { backAtMs: NOW + 100_000 } });
  });

  it('runs once its time is over', () => {
    expect(said(decide(input({ standings: [cooling], nowMs: NOW + 10_000 })))).toBe('run 0');
  });
});

describe('somebody who failed and has no turn at its tool for a while', () => {
  const trials = [failed(0, 'overloaded')];
  const busy = (ms: number) => standing({ coolsUntilMs: NOW + ms });

  it('is tried again when it has one, where that is soon', () => {
    expect(said(decide(input({ trials, standings: [busy(9000), standing()] })))).toBe('wait 0 for 9000');
  });

  it('leaves its turn to the next one, where that is late', () => {
    expect(said(decide(input({ trials, standings: [busy(60_000), standing()] })))).toBe('run 1');
  });

  it('is waited for by a patient caller when nobody else is left', () => {
    const rules = { retry: RETRY, autoFallbackOnRateLimit: true, patienceMs: 60_000 };
    expect(said(decide(input({ trials, standings: [busy(60_000)], rules })))).toBe('wait 0 for 60000');
    expect(decide(input({ trials, standings: [busy(60_000)] }))).toMatchObject({
      stop: { failure: { type: 'overloaded' }, backAtMs: NOW + 60_000 },
    });
  });
});

describe('who may follow', () => {
  it('a prompt that was too long: a larger window', () => {
    const standings = [
      standing({ contextWindow: 200 }),
      standing({ contextWindow: 100 }),
      standing({ contextWindow: 1000 }),
    ];
    expect(said(decide(input({ standings, trials: [failed(0, 'context_too_large')] })))).toBe('run 2');
    const spent = [failed(0, 'context_too_large'), failed(2, 'provider_error')];
    expect(said(decide(input({ standings, trials: spent })))).toBe('stop provider_error');
  });

  it('a limit of money: a lower price', () => {
    const standings = [standing({ priceUsd: 18 }), standing({ priceUsd: 90 }), standing({ priceUsd: 1 })];
    expect(said(decide(input({ standings, trials: [failed(0, 'budget_exceeded')] })))).toBe('run 2');
  });

  it('nobody whom a gate refused', () => {
    const standings = [standing(), standing({ refused: true })];
    expect(said(decide(input({ standings, trials: [failed(0, 'provider_error')] })))).toBe(
      'stop provider_error',
    );
  });

  it('nobody after a tool that may edit has started to work, unless the policy allows it', () => {
    const trials = [failed(0, 'provider_error', { active: true })];
    expect(decide(input({ trials, access: 'edit' }))).toMatchObject({
      action: 'stop',
      stop: { failure: { type: 'provider_error', hint: expect.stringContaining('after_side_effects') } },
    });
    expect(said(decide(input({ trials, access: 'full', retry: { afterSideEffects: true } })))).toBe('run 1');
    expect(said(decide(input({ trials })))).toBe('run 1');
    expect(said(decide(input({ trials: [failed(0, 'provider_error')], access: 'edit' })))).toBe('run 1');
    const api = [standing({ kind: 'http' }), standing()];
    expect(said(decide(input({ trials, standings: api, access: 'edit', retry: { maxRetries: 0 } })))).toBe(
      'run 1',
    );
  });
});

const anyType = fc.constantFrom(...(Object.keys(FAILURES) as FailureType[]));
const anyFailure = fc.record({
  type: anyType,
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
  phase: fc.constantFrom('connect' as const, 'idle' as const, null),
  active: fc.boolean(),
});
const anyStanding = fc.record({
  kind: fc.constantFrom('command' as const, 'http' as const, 'mock' as const),
  contextWindow: fc.option(fc.integer({ min: 1, max: 1000 })),
  priceUsd: fc.option(fc.integer({ min: 0, max: 100 })),
  coolsUntilMs: fc.option(fc.integer({ min: NOW, max: NOW + 100_000 })),
  refused: fc.boolean(),
});

describe('whatever happens', () => {
  it('a run ends within max_attempts, runs nobody who is refused, and waits no longer than allowed', () => {
    fc.assert(
      fc.property(
        fc.array(anyStanding, { maxLength: 5 }),
        fc.array(anyFailure, { minLength: 40, maxLength: 40 }),
        fc.record({
          maxRetries: fc.integer({ min: 0, max: 5 }),
          maxAttempts: fc.integer({ min: 1, max: 9 }),
          patienceMs: fc.integer({ min: 0, max: 50_000 }),
          afterSideEffects: fc.boolean(),
          retryOnContractViolation: fc.boolean(),
          auto: fc.boolean(),
          refuseWaits: fc.boolean(),
          random: fc.double({ min: 0, max: 0.999, noNaN: true }),
        }),
        (standings, failures, given) => {
          const { patienceMs, auto, refuseWaits, random, ...retry } = given;
          const rules = {
            retry: { ...RETRY, ...retry, jitter: true },
            autoFallbackOnRateLimit: auto,
            patienceMs,
          };
          const trials: Trial[] = [];
          const state = { nowMs: NOW, fruitlessWaits: 0 };
          for (let step = 0; ; step++) {
            expect(step).toBeLessThan(40);
            const decision = decide(
              input({ rules, standings, trials: [...trials], access: 'edit', random, ...state }),
            );
            if (decision.action === 'stop') break;
            expect(standings[decision.index]?.refused).toBe(false);
            if (decision.action === 'wait') {
              expect(decision.delayMs).toBeLessThanOrEqual(Math.max(RETRY.maxDelayMs, patienceMs));
              state.nowMs += decision.delayMs;
              if (refuseWaits) {
                state.fruitlessWaits++;
                continue;
              }
            }
            const { type, active, ...more } = failures[step] ?? { type: 'internal', active: false };
            trials.push(
              failed(decision.index, type as FailureType, { ...more, active, endedMs: state.nowMs }),
            );
          }
          expect(trials.length).toBeLessThanOrEqual(retry.maxAttempts);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a backoff lies between nothing and its full length, and never below what was asked for', () => {
    fc.assert(
      fc.property(
        fc.record({
          baseDelayMs: fc.integer({ min: 1, max: 10_000 }),
          multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
          maxDelayMs: fc.integer({ min: 1, max: 100_000 }),
        }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 1_000_000 })),
        (waits, retry, random, retryAfterMs) => {
          const policy = { ...RETRY, ...waits, jitter: true };
          const delay = retryDelayMs(failure('overloaded', 'x', { retryAfterMs }), {
            policy,
            retry,
            random,
            nowMs: NOW,
          });
          const full = Math.min(waits.maxDelayMs, waits.baseDelayMs * waits.multiplier ** (retry - 1));
          expect(delay).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
          expect(delay).toBeLessThanOrEqual(Math.max(Math.ceil(full), retryAfterMs ?? 0));
        },
      ),
    );
  });
});
