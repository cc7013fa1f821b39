import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ledgerAccess } from '../../src/ledger/access.js';
import { json, type Served, served } from './served.js';

const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tool of an API that is never reached, on a path where no port is open. */
const paid = (
  more: string,
  model = 'cost_per_1m_tokens: { input: 1, output: 1 }, max_output_tokens: 1000',
): string => `
default_agent: me
agents: { me: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-chat, base_url: 'http://127.0.0.1:9/v1', models: [m], billing: api } }
models: { m: { provider: acme, ${model} } }
policies: { default: { ${more} } }
`;
const mock = (answer: string): string => `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, models: [m], responses: [{ ${answer} }] } }
policies: { default: { retry: { max_retries: 0 } } }
`;
const HARD = 'budget: { daily_usd: 0.0001, limit: { type: hard } }';

describe('a failure', () => {
  it.each([
    ['over a budget', paid(HARD), {}, /^raise `.*daily_usd`.*\nor wait until /s],
    [
      'without a bound under a budget',
      paid(HARD, 'cost_per_1m_tokens: { input: 1, output: 1 }'),
      {},
      'give `max_tokens`, or set `max_output_tokens` of the model',
    ],
    [
      'without a justification',
      paid('require_justification_over_usd: 0.0001'),
      {},
      'lower `max_cost_usd` of the agent, or raise `require_justification_over_usd` of the policy',
    ],
    [
      'of a limit that ends later',
      mock('failure: { type: rate_limit, retry_after: 1h }'),
      {},
      /^try again after [^`]*$/,
    ],
    [
      'of an answer that breaks its schema',
      mock('text: words'),
      { schema: { type: 'object' } },
      'the schema is in `schema`; a stronger model may keep to it',
    ],
  ])('%s names what the caller of an API can change', (name, yaml, params, hint) =>
    served(
      yaml,
      async (running) => {
        const { error } = await running.rpc('llm.complete', { prompt: 'hi', ...params });
        expect(error.data.hint).toEqual(
          typeof hint === 'string' ? hint : expect.stringMatching(hint as RegExp),
        );
        expect(await texts(running, params)).not.toContain('`--');
      },
      {
        ledger: ledgerAccess({
          file: path.join(folder, `${name}.db`),
          now: Date.now,
          project: '',
          warn,
          gathers: true,
        }),
      },
    )(),
  );

  it(
    'of a client of OpenAI names the fields of OpenAI',
    served(mock('text: words'), async ({ post }) => {
      const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
      const answer = await post('/v1/chat/completions', {
        model: 'me',
        messages: [{ role: 'user', content: 'hi' }],
        response_format: format,
      });
      expect((await json(answer)).error.message).toContain('the schema is in `response_format`');
    }),
  );
});

it(
  'a warning of what a tool cannot follow names the field of its API',
  served(
    `
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: ${process.execPath}, args: ['-e', 'console.log(5)'], models: [m], billing: free } }
`,
    async ({ rpc, post }) => {
      const { result } = await rpc('llm.complete', {
        agent: 'me',
        prompt: 'hi',
        temperature: 1,
        max_tokens: 5,
      });
      const messages = [{ role: 'user', content: 'hi' }];
      const body = { model: 'me', messages, reasoning_effort: 'low' };
      const { llm_router } = await json(await post('/v1/chat/completions', body));
      expect([...result.warnings, ...llm_router.warnings]).toEqual(
        ['max_tokens', 'temperature', 'reasoning_effort'].map(
          (name) => `\`${name}\` is ignored: tool \`bot\` does not support it`,
        ),
      );
    },
  ),
);

const warn = (): void => undefined;

/** What the plan and the other API say of the same request. */
async function texts({ rpc, post }: Served, params: object): Promise<string> {
  const { a2a_context: _context, ...plan } = (await rpc('llm.plan', { prompt: 'hi', ...params })).result;
  const chat = await post('/v1/chat/completions', {
    model: 'me',
    messages: [{ role: 'user', content: 'hi' }],
  });
  return JSON.stringify([plan, await json(chat)]);
}
