import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FAILURES } from '../../../src/domain/failure.js';
import { configOf } from '../../rig/config.js';
import { messageEvents, type Provider, startProvider, stream } from '../../rig/provider.js';
import { ANSWERS } from './answers.faults.js';
import { complete } from './complete.js';
import type { Fault } from './fault.js';
import { GEMINI_FAULTS } from './gemini.faults.js';
import { LIMITS } from './limits.faults.js';
import { OLLAMA_FAULTS } from './ollama.faults.js';
import { REFUSALS } from './refusals.faults.js';
import { RESPONSES_FAULTS } from './responses.faults.js';
import { CONNECTIONS, STREAMS } from './streams.faults.js';

describe.each([
  ['a limit', LIMITS],
  ['a refusal', REFUSALS],
  ['an answer', ANSWERS],
  ['a stream', STREAMS],
  ['a connection', CONNECTIONS],
  ['Gemini', GEMINI_FAULTS],
  ['Responses', RESPONSES_FAULTS],
  ['Ollama', OLLAMA_FAULTS],
])('%s', (_, faults) => {
  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
    const first = await startProvider([fault.reply]);
    const goesOn = FAILURES[fault.type].fallback !== 'never';
    const second = await startProvider(goesOn ? [stream(messageEvents(['the second', ' answer']))] : []);
    try {
      const invocation = await complete(chain(first, second, fault));
      const failure = invocation.attempts[0]?.failure;
      expect(failure).toMatchObject({ type: fault.type, tool: 'first', model: 'm', ...fault.more });
      expect(failure?.phase ?? null).toBe(fault.phase ?? null);
      expect(failure?.message).toMatch(fault.says ?? /^`first` /);
      expect(first.calls).toHaveLength(1);
      expect(invocation.text).toBe(goesOn ? 'the second answer' : null);
      expect([...first.problems(), ...second.problems()]).toEqual([]);
    } finally {
      await first.close();
      await second.close();
    }
  });
});

let secondless: Provider;
beforeAll(async () => {
  secondless = await startProvider([]);
});
afterAll(() => secondless.close());

it('names a port without a server', async () => {
  const gone = await startProvider([]);
  await gone.close();
  const invocation = await complete(chain(gone, secondless, { api: 'openai-chat' }), { fallback: false });
  expect(invocation.failure).toMatchObject({ type: 'connection' });
  expect(invocation.failure?.message).toMatch(/nothing listens there \(ECONNREFUSED\)/);
});

/** Retries are off here: one call is one attempt. */
function chain(
  first: Provider,
  second: Provider,
  { api = 'openai-chat', tool = '' }: Pick<Fault, 'api' | 'tool'>,
) {
  return configOf(`
default_agent: a
agents: { a: { preferred_tool: first, preferred_model: m, fallback_chain: [second:big] } }
tools:
  first: { kind: http, api: ${api}, base_url: '${first.url}/v1', api_key_env: API_KEY, models: [m], ${tool} }
  second: { kind: http, api: anthropic-messages, base_url: '${second.url}/v1', api_key_env: API_KEY, models: [big] }
models: { m: { context_window: 1000 }, big: { context_window: 9000 } }
policies: { default: { retry: { max_retries: 0 } } }
`);
}
