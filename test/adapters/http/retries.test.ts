import { expect, it } from '@jest/globals';
import { configOf } from '../../rig/config.js';
import { chatEvents, messageEvents, plain, type Reply, startProvider, stream } from '../../rig/provider.js';
import { complete } from './complete.js';

const ok = (text: string): Reply => stream(chatEvents([text]));
const half: Reply = stream(chatEvents(['half of another answer']).slice(0, 2));
const busy = plain(503, { error: { message: 'overloaded' } });
const limited = plain(429, { error: { message: 'slow down' } }, { 'retry-after-ms': '5' });
const gone: Reply = ({ reset }) => reset();

/** Only the router retries: the provider gets exactly the attempts that it counts. */
it.each<[string, Reply[], number]>([
  ['500s', [plain(500, ''), plain(500, ''), ok('at last')], 3],
  ['overloads', [busy, ok('at last')], 2],
  ['broken connections', [gone, gone, ok('at last')], 3],
  ['a limit that ends soon, without a fallback', [limited, ok('at last')], 2],
  ['half an answer, once', [half, ok('at last')], 2],
])('goes on after %s', async (_, replies, calls) => {
  const provider = await startProvider(replies);
  const invocation = await complete(
    configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m] } }
policies: { default: { retry: { max_retries: 3, base_delay: 1ms } } }
`),
  );
  expect(invocation).toMatchObject({ status: 'succeeded', text: 'at last' });
  expect([provider.calls.length, invocation.attempts.length]).toEqual([calls, calls]);
  expect(provider.problems()).toEqual([]);
  await provider.close();
});

it('retries every tool separately, and never mixes two answers', async () => {
  const first = await startProvider([half, half]);
  const second = await startProvider([stream(messageEvents(['whole']))]);
  const invocation = await complete(
    configOf(`
default_agent: a
agents: { a: { preferred_tool: first, fallback_chain: [second:m] } }
tools:
  first: { kind: http, api: openai-chat, base_url: '${first.url}', models: [m] }
  second: { kind: http, api: anthropic-messages, base_url: '${second.url}', models: [m] }
policies: { default: { retry: { max_retries: 3, base_delay: 1ms } } }
`),
  );
  expect(invocation.text).toBe('whole');
  expect([first.calls.length, second.calls.length]).toEqual([2, 1]);
  await first.close();
  await second.close();
});
