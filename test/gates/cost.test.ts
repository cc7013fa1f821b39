import { describe, expect, it } from '@jest/globals';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { NO_USAGE, type Usage } from '../../src/domain/usage.js';
import { costOf } from '../../src/gates/cost.js';
import { configOf } from '../rig/config.js';

const CONFIG = configOf(`
tools:
  api: { kind: http, api: openai-responses, base_url: 'https://api.example.test/v1', models: [m, huge] }
  more: { kind: http, api: openai-chat, base_url: 'https://api.example.test/v1', models: [m], extra_body: { a: b } }
  bot: { binary: bot, args: ['{prompt}', '--resume={tool_session_id}'], models: [m] }
models:
  m: { context_window: 400000, max_output_tokens: 1000, cost_per_1m_tokens: { input: 2, output: 10 } }
  huge: { max_output_tokens: 1000, cost_per_1m_tokens: { input: 2, output: 10 } }
`);

/** The input at its price for a run of these, with a session of this usage; 50 tokens are new. */
function inputMicroUsd(tool: 'api' | 'bot', model: 'm' | 'huge', usage: Usage | null): number | null {
  const totals = { usage, costMicroUsd: null };
  return costOfInput(tool, model, { resume: { invocationId: 'i', tool, model, toolSessionId: 's', totals } });
}

function costOfInput(
  tool: 'api' | 'bot' | 'more',
  model: 'm' | 'huge',
  asked: Partial<Request>,
): number | null {
  const entries = { tool: CONFIG.tools[tool], model: CONFIG.models[model] };
  if (entries.tool === undefined || entries.model === undefined) throw new Error('no such entry');
  return costOf(
    {
      candidate: { tool: entries.tool, modelName: model, model: entries.model, billing: 'api' },
      request: { ...emptyRequest('/'), ...asked },
      agent: null,
      policy: { gateway: 'off' },
      spending: {
        subject: { project: '', policy: 'default', agent: null },
        budgets: [],
        capMicroUsd: null,
        isCapAsked: false,
        family: null,
        failOpen: null,
      },
      facts: { mostInputTokens: 50 },
    },
    null,
  ).inputMicroUsd;
}

describe('the input of a continued session', () => {
  const said = { ...NO_USAGE, inputTokens: 100, cacheReadTokens: 200, outputTokens: 700, reasoningTokens: 9 };

  it.each<[string, 'api' | 'bot', 'm' | 'huge', Usage | null, number]>([
    ['is all that was said in it', 'api', 'm', said, (50 + 1000) * 2],
    ['is a whole window where that is unknown', 'api', 'm', null, (50 + 400_000) * 2],
    ['is a whole window where a part is unknown', 'api', 'm', { ...said, outputTokens: null }, 400_050 * 2],
    ['is the largest window where nothing is known', 'api', 'huge', null, (50 + 2_000_000) * 2],
    ['is bounded by the cap alone for a command', 'bot', 'm', said, 50 * 2],
  ])('%s', (_, tool, model, usage, cost) => {
    expect(inputMicroUsd(tool, model, usage)).toBe(cost);
  });
});

it('the input of an API holds what the tool adds, and the schema twice', () => {
  const schema = '{"type":"object"}';
  expect(costOfInput('api', 'm', { schema })).toBe((50 + 17) * 2);
  expect(costOfInput('more', 'm', { schema })).toBe((50 + 17 + 9) * 2);
  expect(costOfInput('more', 'm', {})).toBe((50 + 9) * 2);
  expect(costOfInput('bot', 'm', { schema })).toBe(50 * 2);
});
