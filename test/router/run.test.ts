import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RouterConfig } from '../../src/config/types.js';
import type { RunEvent } from '../../src/domain/events.js';
import { FAILURES, type FailureType, failure } from '../../src/domain/failure.js';
import type { Invocation } from '../../src/domain/invocation.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { routerOf } from '../rig/router.js';
import { IS_SOAK } from '../soak.js';

/** Three mock tools with configured answers; the router treats them like real ones. */
function chain(first: string, second = '{ text: from second }', retry = ''): RouterConfig {
  return configOf(`
default_agent: a
agents: { a: { preferred_tool: one, fallback_chain: [two, three] } }
tools:
  one: { kind: mock, billing: api, models: [m], responses: [${first}] }
  two: { kind: mock, responses: [${second}] }
  three: { kind: mock, responses: [{ text: from third }] }
models: { m: { cost_per_1m_tokens: { input: 10, output: 30 } } }
policies: { default: { retry: { base_delay: 1ms, max_delay: 50ms${retry} } } }
`);
}

async function complete(
  config: RouterConfig,
  request: Partial<Request> = {},
  given?: ReturnType<typeof deadlineOf>,
): Promise<{ invocation: Invocation; events: RunEvent[] }> {
  const router = routerOf(config);
  const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello', ...request });
  if (!planned.ok) throw new Error(planned.error.message);
  const events: RunEvent[] = [];
  // What planning takes depends on the machine: the clock starts after it.
  const deadline = given ?? deadlineOf(request.timeoutMs);
  const invocation = await router.complete(planned.value, {
    deadline,
    events: [(event) => void events.push(event)],
  });
  deadline.dispose();
  return { invocation, events };
}

const fails = (type: string): string => `{ text: '', failure: { type: ${type}, message: it broke } }`;

describe('an invocation', () => {
  it('is answered by the first candidate, with usage and a computed cost', async () => {
    const { invocation } = await complete(
      chain('{ text: hi, usage: { input_tokens: 1500, output_tokens: 800 } }'),
    );
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'hi',
      tool: 'one',
      model: 'm',
      cost: { chargedMicroUsd: 39_000, basis: 'computed', billing: 'api' },
      failure: null,
    });
    expect(invocation.attempts).toHaveLength(1);
  });

  it('emits its events in order', async () => {
    const { events } = await complete(chain(fails('invalid_response')));
    expect(events.map(({ type }) => type)).toEqual([
      'invocation.started',
      'plan',
      'attempt.started',
      'attempt.finished',
      'retry.scheduled',
      'attempt.started',
      'attempt.finished',
      'fallback',
      'attempt.started',
      'output.delta',
      'attempt.finished',
      'invocation.finished',
    ]);
  });

  it.each([
    { type: 'rate_limit', tries: 1 },
    { type: 'quota', tries: 1 },
    { type: 'overloaded', tries: 4 },
    { type: 'connection', tries: 4 },
    { type: 'timeout', tries: 1 },
    { type: 'provider_error', tries: 1 },
    { type: 'authentication', tries: 1 },
    { type: 'model_not_found', tries: 1 },
    { type: 'invalid_response', tries: 2 },
  ])('$type is tried $tries times, then the next candidate answers', async ({ type, tries }) => {
    const { invocation } = await complete(chain(fails(type)));
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'from second' });
    expect(invocation.attempts.map(({ tool }) => tool)).toEqual([...Array(tries).fill('one'), 'two']);
    expect(invocation.attempts[0]?.failure).toMatchObject({ type, tool: 'one', model: 'm' });
  });

  it.each(['invalid_request', 'refused', 'limit_reached', 'contract_violation'])(
    '%s ends the run',
    async (type) => {
      const { invocation } = await complete(chain(fails(type)));
      expect(invocation.failure?.type).toBe(type);
      expect(invocation.attempts).toHaveLength(1);
      expect(invocation.text).toBeNull();
    },
  );

  it('that exhausts its chain fails for the first temporary reason', async () => {
    const config = chain(fails('authentication'), fails('rate_limit'));
    const { invocation } = await complete(config, { fallback: null });
    expect(invocation.status).toBe('succeeded');
    const both = await complete({ ...config, tools: { ...config.tools, three: renamed(config, 'two') } });
    expect(both.invocation.failure?.type).toBe('rate_limit');
  });

  it('without fallback tries the first candidate alone', async () => {
    const { invocation } = await complete(chain(fails('overloaded')), { fallback: false });
    expect(invocation.failure?.type).toBe('overloaded');
    expect(invocation.attempts.map(({ tool }) => tool)).toEqual(['one', 'one', 'one', 'one']);
  });

  it('that failed after live text ends as partial, without another answer', async () => {
    const half = '{ text: x, deltas: [half], failure: { type: connection, message: gone } }';
    const { invocation } = await complete(chain(half), { stream: true });
    expect(invocation.failure).toMatchObject({ type: 'partial' });
    expect(invocation.attempts).toHaveLength(1);
    const quiet = await complete(chain(half), { maxRetries: 0 });
    expect(quiet.invocation.text).toBe('from second');
  });

  it('reports the failure that stopped its deadline, and starts nothing more', async () => {
    const deadline = deadlineOf();
    const config = chain('{ text: never, delay: 1h }');
    const reason = failure('cancelled', 'cancelled by SIGTERM', { phase: 'SIGTERM' });
    const running = complete(config, {}, deadline);
    deadline.stop(reason);
    const { invocation } = await running;
    expect(invocation).toMatchObject({
      status: 'cancelled',
      failure: { type: 'cancelled', phase: 'SIGTERM' },
    });
  });

  it('ends at its deadline with phase invocation, without a fallback', async () => {
    const { invocation } = await complete(chain('{ text: never, delay: 1h }'), { timeoutMs: 20 });
    expect(invocation.failure).toMatchObject({ type: 'timeout', phase: 'invocation' });
    expect(invocation.attempts).toHaveLength(1);
  });

  it('warns when the answer was cut off at its length', async () => {
    const { invocation } = await complete(chain('{ text: hi, finish_reason: length }'));
    expect(invocation.status).toBe('succeeded');
    expect(invocation.warnings).toEqual(['the answer of `one` was cut off at its length limit']);
  });

  it('retries an answer that breaks its schema once, if the policy allows it', async () => {
    const answers = (...texts: string[]): string => texts.map((text) => `{ text: '${text}' }`).join(', ');
    const again = ', retry_on_contract_violation: true';
    const schema = '{"type":"array"}';
    const types = async (config: RouterConfig): Promise<unknown[]> => {
      const { invocation } = await complete(config, { schema });
      return [invocation.data, ...invocation.attempts.map((attempt) => attempt.failure?.type)];
    };
    const mended = chain(answers('"x"', '[1]'), undefined, again);
    expect(await types(mended)).toEqual([[1], 'contract_violation', undefined]);
    const twice = chain(answers('"x"', '"y"', '[1]'), undefined, again);
    expect(await types(twice)).toEqual(['y', 'contract_violation', 'contract_violation']);
    expect(await types(chain(answers('"x"', '[1]')))).toEqual(['x', 'contract_violation']);
  });

  it('slows the tool down for a slow reader', async () => {
    const config = chain('{ text: ab, deltas: [a, b] }');
    const router = routerOf(config);
    const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello' });
    if (!planned.ok) throw new Error(planned.error.message);
    let reading = false;
    await router.complete(planned.value, {
      deadline: deadlineOf(),
      events: [
        async () => {
          expect(reading).toBe(false);
          reading = true;
          await new Promise(setImmediate);
          reading = false;
        },
      ],
    });
  });
});

const anyAnswer = fc.constantFrom(
  '{ text: good }',
  ...(Object.keys(FAILURES) as FailureType[])
    .filter((type) => !['usage', 'input', 'config', 'internal'].includes(type))
    .map((type) => `{ text: '', deltas: [half], failure: { type: ${type}, message: it broke } }`),
);

describe('whatever the tools answer', () => {
  it('the run has one answer at most, stays within max_attempts and runs no rejected candidate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyAnswer, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        async ([one = [], two = [], three = []], maxAttempts) => {
          const config = configOf(`
default_agent: a
agents: { a: { preferred_tool: one, fallback_chain: [two, denied, three] } }
tools:
  one: { kind: mock, responses: [${one.join(', ')}] }
  two: { kind: mock, responses: [${two.join(', ')}] }
  three: { kind: mock, responses: [${three.join(', ')}] }
  denied: { kind: mock, responses: [{ text: never }] }
policies:
  default:
    governance: { allowed_tools: [one, two, three] }
    retry: { base_delay: 1ms, max_delay: 1ms, max_attempts: ${maxAttempts} }
`);
          const { invocation, events } = await complete(config);
          const { attempts, text, failure: failed } = invocation;
          expect(attempts.length).toBeLessThanOrEqual(maxAttempts);
          expect(attempts.map(({ tool }) => tool)).not.toContain('denied');
          expect(events.filter(({ type }) => type === 'attempt.started')).toHaveLength(attempts.length);
          expect(attempts.filter(({ status }) => status === 'succeeded')).toHaveLength(text === null ? 0 : 1);
          expect([text, failed === null]).toEqual(failed === null ? ['good', true] : [null, false]);
        },
      ),
      { numRuns: IS_SOAK ? 1000 : 20 },
    );
  });
});

function renamed(config: RouterConfig, name: string) {
  const tool = config.tools[name];
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return { ...tool, name: 'three' };
}
