import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attempt } from '../../src/domain/attempt.js';
import { FAILURES, type FailureType } from '../../src/domain/failure.js';
import type { Invocation } from '../../src/domain/invocation.js';
import { totalTokens } from '../../src/domain/usage.js';
import { deadlineOf } from '../rig/deadline.js';
import { type Metered, metered } from './metered.js';

const anyAnswer = fc.constantFrom(
  '{ text: good, usage: { input_tokens: 30, output_tokens: 7 } }',
  '{ text: good }',
  "{ text: '' }",
  ...(Object.keys(FAILURES) as FailureType[])
    .filter((type) => !['usage', 'input', 'config', 'internal'].includes(type))
    .map((type) => `{ failure: { type: ${type}, message: it broke } }`),
);
const answers = fc.array(anyAnswer, { minLength: 1, maxLength: 4 });

const configOf = ([one = [], two = []]: string[][]) => `
default_agent: a
agents: { a: { preferred_tool: one, fallback_chain: [two] } }
tools:
  one: { kind: mock, billing: api, models: [priced], responses: [${one.join(', ')}] }
  two: { kind: mock, billing: api, models: [unpriced], responses: [${two.join(', ')}] }
models:
  priced: { provider: acme, cost_per_1m_tokens: { input: 10, output: 30 } }
  unpriced: { provider: globex }
policies:
  default:
    cooldown: { after_failures: 1000 }
    retry: { base_delay: 1ms, max_delay: 1ms }
`;

describe('whatever the tools answer', () => {
  it('the metrics say what the documents of the runs say, and nothing is left in a gauge', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(answers, { minLength: 2, maxLength: 2 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        async (responses, runs) => {
          const router = await metered(configOf(responses));
          const invocations = await Promise.all(
            runs.map((isCut) => router.run({ timeoutMs: null }, { deadline: deadlineOf(isCut ? 2 : null) })),
          );
          expect(await sumsOf(router)).toEqual(expectedOf(invocations));
        },
      ),
      { numRuns: 300 },
    );
  });
});

async function sumsOf({ metrics, series }: Metered) {
  const sum = async (name: string) =>
    Object.values(await series(name)).reduce((total, one) => total + one, 0);
  return {
    requests: await sum('llm_requests_total'),
    durations: await sum('llm_request_duration_seconds_count'),
    attempts: await sum('llm_attempts_total'),
    errors: await sum('llm_errors_total'),
    rateLimits: await sum('llm_rate_limit_errors_total'),
    fallbacks: await sum('llm_fallbacks_total'),
    microUsd: Math.round((await sum('llm_cost_usd_total')) * 1e6),
    tokens: (await metrics.summary()).total_tokens,
    active: await sum('llm_active_requests'),
    queued: await sum('llm_queue_depth'),
  };
}

function expectedOf(invocations: readonly Invocation[]): Awaited<ReturnType<typeof sumsOf>> {
  const attempts = invocations.flatMap((one) => one.attempts);
  const total = (of: (attempt: Attempt) => number) => attempts.reduce((sum, one) => sum + of(one), 0);
  const unrun = invocations.filter((one) => one.failure !== null && one.attempts.length === 0);
  return {
    requests: invocations.length,
    durations: invocations.length,
    attempts: attempts.length,
    errors: total(({ failure }) => (failure === null ? 0 : 1)) + unrun.length,
    rateLimits: total(({ failure }) => (failure?.type === 'rate_limit' ? 1 : 0)),
    fallbacks: invocations.reduce((sum, one) => sum + changesOf(one), 0),
    microUsd: total(({ cost }) => cost.chargedMicroUsd ?? 0),
    tokens: total(({ usage }) => (usage === null ? 0 : totalTokens(usage))),
    active: 0,
    queued: 0,
  };
}

/** How often another candidate was tried than before. */
function changesOf({ attempts }: Invocation): number {
  return attempts.filter(({ tool }, index) => index > 0 && attempts[index - 1]?.tool !== tool).length;
}
