import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyConfig, RetryPolicy } from '../../src/config/types.js';
import { FAILURES, type Failure, type FailureType, failure } from '../../src/domain/failure.js';
import { retryDelayMs } from '../../src/routing/backoff.js';
import { decide } from '../../src/routing/decide.js';
import type {
  Decision,
  DecisionInput,
  FailedAttempt,
  RetryRules,
  RunCandidate,
} from '../../src/routing/decision.js';
import { rulesFor } from '../../src/routing/rules.js';
import { IS_SOAK } from '../soak.js';

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
const RULES: RetryRules = {
  retry: RETRY,
  maxRetries: null,
  autoFallbackOnRateLimit: true,
  patienceMs: 0,
  continueWithinMs: 0,
};
const REQUEST = { maxRetries: null, patienceMs: 0, origin: 'command_line' } as const;
const NOW = 1_000_000_000_000;

function policyOf(retry: Partial<RetryPolicy> = {}, recovery: Partial<PolicyConfig['recovery']> = {}) {
  const without = { snapshot: 'auto', afterFailure: 'stop', includeIgnored: [], maxNewDataBytes: 1 } as const;
  return {
    retry: { ...RETRY, ...retry },
    autoFallbackOnRateLimit: true,
    recovery: { ...without, resumeAtReset: false, maxWaitMs: 60_000, ...recovery },
  };
}

interface Traits {
  kind: RunCandidate['tool']['kind'];
  contextWindow: number | null;
  priceUsd: number | null;
  coolsUntilMs: number | null;
  refused: boolean;
  provider: string;
  retry: RunCandidate['tool']['retry'];
}

function candidate(more: Partial<Traits> = {}): RunCandidate {
  const { kind = 'command', contextWindow = null, priceUsd = null, provider = 'p', retry = {} } = more;
  const price = priceUsd === null ? null : { input: priceUsd, output: 0 };
  const tool = { kind, name: 'bot', retry };
  return { tool, model: { contextWindow, provider, price }, state: stateOf(more) };
}

function stateOf({ coolsUntilMs = null, refused = false }: Partial<Traits>): RunCandidate['state'] {
  if (refused) return { is: 'refused' };
  return coolsUntilMs === null ? { is: 'ready' } : { is: 'cooling', untilMs: coolsUntilMs };
}

/** A failed attempt of the candidate at an index. */
type Failed = Omit<FailedAttempt<RunCandidate>, 'candidate'> & { index: number };

function failed(index: number, type: FailureType, more: Partial<Failure & Failed> = {}): Failed {
  const { mayHaveChanged = false, shown = false, canContinue = false, endedMs = NOW, ...rest } = more;
  return { index, failure: failure(type, 'x', rest), mayHaveChanged, canContinue, shown, endedMs };
}

type Given = Partial<Omit<DecisionInput<RunCandidate>, 'attempts'>> & {
  attempts?: readonly Failed[];
  retry?: Partial<RetryPolicy>;
};

const indexes = new WeakMap<RunCandidate, number>();

function input(more: Given = {}): DecisionInput<RunCandidate> {
  const { retry, attempts = [], candidates = [candidate(), candidate()], ...rest } = more;
  for (const [index, one] of candidates.entries()) indexes.set(one, index);
  return {
    rules: { ...RULES, retry: { ...RETRY, ...retry } },
    access: 'read',
    candidates,
    attempts: attempts.flatMap(({ index, ...known }) => {
      const tried = candidates[index];
      return tried === undefined ? [] : [{ ...known, candidate: tried }];
    }),
    fruitlessWaits: 0,
    nowMs: NOW,
    remainingMs: null,
    random: 0.5,
    ...rest,
  };
}

/** `run 1`, `wait 0 for 1000`, `stop quota`. */
function said(decision: Decision<RunCandidate>): string {
  if (decision.action === 'stop') return `stop ${decision.stop.failure?.type ?? 'unserved'}`;
  const index = indexes.get(decision.candidate);
  return decision.action === 'run' ? `run ${index}` : `wait ${index} for ${decision.delayMs}`;
}

describe('after the first of two candidates failed', () => {
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
    not_restored: 'stop not_restored',
    conflict: 'stop conflict',
    not_verified: 'stop not_verified',
    cancelled: 'stop cancelled',
    usage: 'stop usage',
    input: 'stop input',
    config: 'stop config',
    internal: 'stop internal',
  };

  it.each(Object.entries(rows))('%s: %s', (type, what) => {
    expect(said(decide(input({ attempts: [failed(0, type as FailureType)] })))).toBe(what);
  });

  it('covers every type of failure', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(FAILURES).sort());
  });

  it('without a fallback the run waits where the table has a retry, else stops', () => {
    const alone = (type: FailureType, more: Given = {}): string =>
      said(decide(input({ candidates: [candidate()], attempts: [failed(0, type)], ...more })));
    expect(alone('rate_limit')).toBe('wait 0 for 1000');
    expect(alone('quota')).toBe('stop quota');
    expect(alone('provider_error')).toBe('stop provider_error');
    expect(alone('provider_error', { candidates: [candidate({ kind: 'http' })] })).toBe('wait 0 for 1000');
  });

  it('a timeout while connecting is retried, others are not, and the deadline of the run ends it', () => {
    const endOf = (phase: Failure['phase']): string =>
      said(decide(input({ attempts: [failed(0, 'timeout', { phase })] })));
    expect(endOf('connect')).toBe('wait 0 for 1000');
    expect(endOf('idle')).toBe('run 1');
    expect(endOf('invocation')).toBe('stop timeout');
  });

  it('a failure after shown text is partial', () => {
    expect(said(decide(input({ attempts: [failed(0, 'overloaded', { shown: true })] })))).toBe(
      'stop partial',
    );
  });
});

describe('retries', () => {
  it('end with max_retries, then the next candidate runs', () => {
    const attempts = [1, 2, 3, 4].map(() => failed(0, 'overloaded'));
    expect(attempts.map((_, i) => said(decide(input({ attempts: attempts.slice(0, i + 1) }))))).toEqual([
      'wait 0 for 1000',
      'wait 0 for 2000',
      'wait 0 for 4000',
      'run 1',
    ]);
  });

  it('reserve one attempt for every untried candidate', () => {
    const candidates = [candidate(), candidate(), candidate()];
    const attempts = [failed(0, 'overloaded'), failed(0, 'overloaded')];
    expect(said(decide(input({ candidates, attempts, retry: { maxAttempts: 4 } })))).toBe('run 1');
  });

  it('of an unreadable answer happen once', () => {
    const attempts = [failed(0, 'invalid_response'), failed(0, 'invalid_response')];
    expect(said(decide(input({ attempts })))).toBe('run 1');
  });

  it('of an answer that breaks its schema happen once, if the policy allows it', () => {
    const retry = { retryOnContractViolation: true };
    const first = [failed(0, 'contract_violation')];
    expect(said(decide(input({ retry, attempts: first })))).toBe('wait 0 for 1000');
    expect(said(decide(input({ retry, attempts: [...first, ...first] })))).toBe('stop contract_violation');
  });

  it('wait as long as the provider asks, or fall back when that is too long', () => {
    const asked = (retryAfterMs: number): string =>
      said(decide(input({ attempts: [failed(0, 'overloaded', { retryAfterMs })] })));
    expect(asked(20_000)).toBe('wait 0 for 20000');
    expect(asked(40_000)).toBe('run 1');
  });

  it('follow the policy of that failure, unless --retries is given', () => {
    const policy = policyOf({ perFailure: { overloaded: { maxRetries: 0 } } });
    const attempts = [failed(0, 'overloaded')];
    const by = (maxRetries: number | null): string =>
      said(decide(input({ attempts, rules: rulesFor(policy, { ...REQUEST, maxRetries }, 2) })));
    expect(by(null)).toBe('run 1');
    expect(by(1)).toBe('wait 0 for 1000');
  });

  it('come before the fallback after a rate limit when auto_fallback_on_rate_limit is off', () => {
    const rules = { ...RULES, autoFallbackOnRateLimit: false };
    expect(said(decide(input({ rules, attempts: [failed(0, 'rate_limit')] })))).toBe('wait 0 for 1000');
  });

  it('are as many as a tool says, over the policy, and as the caller says, over the tool', () => {
    const candidates = [candidate({ retry: { maxRetries: 1, baseDelayMs: 50 } }), candidate()];
    const perFailure = { overloaded: { maxRetries: 0 } };
    const once = [failed(0, 'overloaded')];
    const twice = [...once, ...once];
    expect(said(decide(input({ candidates, retry: { perFailure }, attempts: once })))).toBe('wait 0 for 50');
    expect(said(decide(input({ candidates, retry: { perFailure }, attempts: twice })))).toBe('run 1');
    const asked = { ...RULES, maxRetries: 2 };
    expect(said(decide(input({ candidates, rules: asked, attempts: twice })))).toBe('wait 0 for 100');
  });

  it('are all made that the caller asks for, and every other candidate has its turn after them', () => {
    const rules = rulesFor(policyOf(), { ...REQUEST, maxRetries: 9 }, 2);
    const nextAfter = (calls: number): string =>
      said(decide(input({ rules, attempts: Array.from({ length: calls }, () => failed(0, 'overloaded')) })));
    expect([nextAfter(1), nextAfter(9), nextAfter(10)]).toEqual([
      'wait 0 for 1000',
      'wait 0 for 32000',
      'run 1',
    ]);
  });

  it('do not start past the deadline', () => {
    expect(said(decide(input({ attempts: [failed(0, 'overloaded')], remainingMs: 900 })))).toBe('run 1');
  });
});

describe('a request that a provider refuses without saying why', () => {
  const refused = (index: number) => failed(index, 'invalid_request', { isUnexplained: true });

  it('goes to another provider, once', () => {
    const candidates = [candidate(), candidate(), candidate({ provider: 'q' }), candidate({ provider: 'r' })];
    expect(said(decide(input({ candidates, attempts: [refused(0)] })))).toBe('run 2');
    expect(said(decide(input({ candidates, attempts: [refused(0), refused(2)] })))).toBe(
      'stop invalid_request',
    );
  });

  it('ends the run where there is no other provider', () => {
    expect(said(decide(input({ attempts: [refused(0)] })))).toBe('stop invalid_request');
  });
});

describe('a limit with a known end, without another candidate', () => {
  const limited = (retryAfterMs: number, more: Given = {}): Decision<RunCandidate> =>
    decide(
      input({
        attempts: [failed(0, 'rate_limit', { retryAfterMs }), failed(1, 'authentication')],
        ...more,
      }),
    );
  const patient = (patienceMs: number) => ({
    rules: { ...RULES, patienceMs },
  });

  it('is waited for up to max_delay', () => {
    expect(said(limited(32_000))).toBe('wait 0 for 32000');
  });

  it('beyond that ends the run, with the time of the reset', () => {
    expect(limited(60_000)).toMatchObject({
      action: 'stop',
      stop: { failure: { type: 'rate_limit' }, readyAtMs: NOW + 60_000 },
    });
  });

  it('reports the latest reset time, not an earlier one', () => {
    const attempts = [
      failed(0, 'rate_limit', { retryAfterMs: 1000, endedMs: NOW - 5000 }),
      failed(0, 'rate_limit', { retryAfterMs: 4000 }),
    ];
    const candidates = [candidate({ coolsUntilMs: NOW - 9000 })];
    expect(decide(input({ candidates, attempts, retry: { maxRetries: 1 } }))).toMatchObject({
      stop: { readyAtMs: NOW + 4000 },
    });
  });

  it('is waited for with --patience', () => {
    expect(said(limited(60_000, patient(60_000)))).toBe('wait 0 for 60000');
    expect(said(limited(60_001, patient(60_000)))).toBe('stop rate_limit');
  });

  it('of a quota is waited for only with --patience and a known time', () => {
    const resetAt = new Date(NOW + 5000).toISOString();
    const attempts = [failed(0, 'quota', { resetAt })];
    const candidates = [candidate()];
    expect(said(decide(input({ candidates, attempts })))).toBe('stop quota');
    expect(said(decide(input({ candidates, attempts, ...patient(5000) })))).toBe('wait 0 for 5000');
    const unknown = [failed(0, 'quota')];
    expect(said(decide(input({ candidates, attempts: unknown, ...patient(99_999) })))).toBe('stop quota');
  });

  describe('of a tool with a session to continue', () => {
    const left = { retryAfterMs: 60_000, canContinue: true } as const;
    const next = (first: Failed, more: Given = {}): Decision<RunCandidate> =>
      decide(input({ attempts: [first], access: 'edit', ...more }));
    const rules = { ...RULES, continueWithinMs: 60_000 };

    it('is waited for, without a fallback, where it has changed files or shown text', () => {
      for (const done of [{ mayHaveChanged: true }, { shown: true }]) {
        const went = next(failed(0, 'quota', { ...left, ...done }), { rules });
        expect(went).toMatchObject({ action: 'wait', delayMs: 60_000, continues: true });
        expect(said(next(failed(0, 'quota', { ...left, ...done })))).toMatch(/^stop/);
        expect(said(next(failed(0, 'quota', { ...left, ...done, canContinue: false }), { rules }))).toMatch(
          /^stop/,
        );
      }
      expect(said(next(failed(0, 'quota', left), { rules }))).toBe('run 1');
    });

    it('is not waited for without a reset time, too long, past the end of the run, or after max_attempts', () => {
      const changed = { ...left, mayHaveChanged: true };
      const stops = [
        next(failed(0, 'quota', { ...changed, retryAfterMs: null }), { rules }),
        next(failed(0, 'quota', { ...changed, retryAfterMs: 60_001 }), { rules }),
        next(failed(0, 'quota', changed), { rules, remainingMs: 60_000 }),
        next(failed(0, 'quota', changed), { rules: { ...rules, retry: { ...RETRY, maxAttempts: 1 } } }),
        next(failed(0, 'quota', changed), { rules: { ...rules, maxRetries: 0 } }),
        next(failed(0, 'overloaded', changed), { rules }),
      ];
      expect(stops.map(said)).toEqual([...Array(5).fill('stop quota'), 'stop overloaded']);
    });

    it('starts over where another candidate has changed the files since', () => {
      const attempts = [failed(0, 'quota', left), failed(1, 'authentication')];
      const since = (mayHaveChanged: boolean) =>
        decide(
          input({
            attempts: attempts.map((one, at) => ({ ...one, mayHaveChanged: at === 1 && mayHaveChanged })),
            access: 'edit',
            rules: { ...rules, patienceMs: 60_000, retry: { ...RETRY, afterSideEffects: true } },
          }),
        );
      expect(since(false)).toMatchObject({ action: 'wait', continues: true });
      expect(since(true)).toMatchObject({ action: 'wait', continues: false });
    });

    it('is waited for by resume_at_reset for max_wait, where the command line asks, and by --patience', () => {
      const policy = policyOf({}, { resumeAtReset: true });
      const within = (request: Partial<Parameters<typeof rulesFor>[1]>, by = policy) =>
        rulesFor(by, { ...REQUEST, ...request }, 1).continueWithinMs;
      expect([within({}), within({ origin: 'rpc' }), within({ patienceMs: 99_000 })]).toEqual([
        60_000, 0, 99_000,
      ]);
      expect([within({}, policyOf()), within({ patienceMs: 5 }, policyOf())]).toEqual([0, 5]);
    });
  });

  it('is not waited for past the end of the run', () => {
    expect(said(limited(20_000, { remainingMs: 20_000 }))).toBe('stop rate_limit');
  });

  it('of several candidates is waited for at the one that resets first', () => {
    const attempts = [
      failed(0, 'rate_limit', { retryAfterMs: 9000 }),
      failed(1, 'rate_limit', { retryAfterMs: 3000 }),
    ];
    expect(said(decide(input({ attempts })))).toBe('wait 1 for 3000');
  });
});

describe('a candidate in cooldown', () => {
  const cooling = candidate({ coolsUntilMs: NOW + 10_000 });

  it('is skipped while another is ready', () => {
    expect(said(decide(input({ candidates: [cooling, candidate()] })))).toBe('run 1');
  });

  it('is waited for when it is the only one', () => {
    expect(said(decide(input({ candidates: [cooling] })))).toBe('wait 0 for 10000');
    const long = candidate({ coolsUntilMs: NOW + 100_000 });
    expect(decide(input({ candidates: [long] }))).toMatchObject({ stop: { readyAtMs: NOW + 100_000 } });
  });

  it('runs once its cooldown is over', () => {
    expect(said(decide(input({ candidates: [cooling], nowMs: NOW + 10_000 })))).toBe('run 0');
  });
});

describe('a failed candidate whose tool has no free slot for a while', () => {
  const attempts = [failed(0, 'overloaded')];
  const busy = (ms: number) => candidate({ coolsUntilMs: NOW + ms });

  it('is retried when a slot is free soon', () => {
    expect(said(decide(input({ attempts, candidates: [busy(9000), candidate()] })))).toBe('wait 0 for 9000');
  });

  it('is skipped when that takes too long', () => {
    expect(said(decide(input({ attempts, candidates: [busy(60_000), candidate()] })))).toBe('run 1');
  });

  it('is waited for with --patience when it is the last one', () => {
    const rules = { ...RULES, patienceMs: 60_000 };
    expect(said(decide(input({ attempts, candidates: [busy(60_000)], rules })))).toBe('wait 0 for 60000');
    expect(decide(input({ attempts, candidates: [busy(60_000)] }))).toMatchObject({
      stop: { failure: { type: 'overloaded' }, readyAtMs: NOW + 60_000 },
    });
  });
});

describe('the fallback', () => {
  it('after a prompt that was too long has a larger context window', () => {
    const candidates = [
      candidate({ contextWindow: 200 }),
      candidate({ contextWindow: 100 }),
      candidate({ contextWindow: 1000 }),
    ];
    expect(said(decide(input({ candidates, attempts: [failed(0, 'context_too_large')] })))).toBe('run 2');
    const spent = [failed(0, 'context_too_large'), failed(2, 'provider_error')];
    expect(said(decide(input({ candidates, attempts: spent })))).toBe('stop provider_error');
  });

  it('after an exceeded budget has a lower price', () => {
    const candidates = [candidate({ priceUsd: 18 }), candidate({ priceUsd: 90 }), candidate({ priceUsd: 1 })];
    expect(said(decide(input({ candidates, attempts: [failed(0, 'budget_exceeded')] })))).toBe('run 2');
  });

  it('is never a candidate that a gate refused', () => {
    const candidates = [candidate(), candidate({ refused: true })];
    expect(said(decide(input({ candidates, attempts: [failed(0, 'provider_error')] })))).toBe(
      'stop provider_error',
    );
  });

  it('does not happen once a tool that may edit has started to work, unless the policy allows it', () => {
    const attempts = [failed(0, 'provider_error', { mayHaveChanged: true })];
    expect(decide(input({ attempts, access: 'edit' }))).toMatchObject({
      action: 'stop',
      stop: { failure: { type: 'provider_error', hint: expect.stringContaining('after_side_effects') } },
    });
    expect(said(decide(input({ attempts, access: 'full', retry: { afterSideEffects: true } })))).toBe(
      'run 1',
    );
    expect(said(decide(input({ attempts })))).toBe('run 1');
    expect(said(decide(input({ attempts: [failed(0, 'provider_error')], access: 'edit' })))).toBe('run 1');
    const api = [candidate({ kind: 'http' }), candidate()];
    expect(said(decide(input({ attempts, candidates: api, access: 'edit', retry: { maxRetries: 0 } })))).toBe(
      'run 1',
    );
  });
});

const anyType = fc.constantFrom(...(Object.keys(FAILURES) as FailureType[]));
const anyFailure = fc.record({
  type: anyType,
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
  phase: fc.constantFrom('connect' as const, 'idle' as const, null),
  mayHaveChanged: fc.boolean(),
});
const anyTraits = fc.record({
  kind: fc.constantFrom('command' as const, 'http' as const, 'mock' as const),
  contextWindow: fc.option(fc.integer({ min: 1, max: 1000 })),
  priceUsd: fc.option(fc.integer({ min: 0, max: 100 })),
  coolsUntilMs: fc.option(fc.integer({ min: NOW, max: NOW + 100_000 })),
  refused: fc.boolean(),
});

describe('any sequence of failures', () => {
  it('ends within max_attempts, runs no refused candidate, and waits no longer than allowed', () => {
    fc.assert(
      fc.property(
        fc.array(anyTraits, { maxLength: 5 }),
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
        (traits, failures, given) => {
          const candidates = traits.map(candidate);
          const { patienceMs, auto, refuseWaits, random, ...retry } = given;
          const rules = {
            maxRetries: null,
            retry: { ...RETRY, ...retry, jitter: true },
            autoFallbackOnRateLimit: auto,
            patienceMs,
            continueWithinMs: patienceMs,
          };
          const attempts: Failed[] = [];
          const state = { nowMs: NOW, fruitlessWaits: 0 };
          for (let step = 0; ; step++) {
            expect(step).toBeLessThan(40);
            const decision = decide(
              input({ rules, candidates, attempts: [...attempts], access: 'edit', random, ...state }),
            );
            if (decision.action === 'stop') break;
            expect(decision.candidate.state.is).not.toBe('refused');
            if (decision.action === 'wait') {
              expect(decision.delayMs).toBeLessThanOrEqual(Math.max(RETRY.maxDelayMs, patienceMs));
              state.nowMs += decision.delayMs;
              if (refuseWaits) {
                state.fruitlessWaits++;
                continue;
              }
            }
            const { type, mayHaveChanged, ...more } = failures[step] ?? {
              type: 'internal',
              mayHaveChanged: false,
            };
            attempts.push(
              failed(candidates.indexOf(decision.candidate), type as FailureType, {
                ...more,
                mayHaveChanged,
                endedMs: state.nowMs,
              }),
            );
          }
          expect(attempts.length).toBeLessThanOrEqual(retry.maxAttempts);
        },
      ),
      { numRuns: IS_SOAK ? 500 : 100 },
    );
  });

  it('a backoff is between zero and its full length, and never below the requested wait', () => {
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
          const delay = retryDelayMs(failure('overloaded', 'x', { retryAfterMs }), {
            backoff: { maxRetries: 3, ...waits },
            jitter: true,
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
