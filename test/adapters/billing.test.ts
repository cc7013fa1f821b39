import { expect, it } from '@jest/globals';
import { billingOf } from '../../src/adapters/billing.js';
import { configOf } from '../rig/config.js';

const ENV = { BOT_KEY: 'k', OTHER_KEY: 'o' };
const MODELS = '{ priced: { cost_per_1m_tokens: { input: 1, output: 2 } }, unpriced: {} }';

function billing(fields: string): string {
  return billingIn(`{ binary: bot, args: [], ${fields} }`);
}

function billingIn(definition: string): string {
  const { tools, models } = configOf(`tools: { bot: ${definition} }\nmodels: ${MODELS}`);
  if (tools.bot === undefined) throw new Error('the config has no such tool');
  return billingOf(tools.bot, { models, env: ENV });
}

it.each([
  ['', 'subscription'],
  ['models: [unpriced, uncatalogued]', 'subscription'],
  ['models: [unpriced, priced]', 'api'],
  ['models: ["*"]', 'api'],
  ['models: [priced], billing: subscription', 'subscription'],
  ['models: [priced], billing: free', 'free'],
  ['models: [priced], api_key_env: NOT_SET', 'subscription'],
  ['api_key_env: BOT_KEY', 'api'],
  ['api_key_env: [NOT_SET, BOT_KEY]', 'api'],
  ['api_key_env: NOT_SET', 'subscription'],
  ['api_key_env: BOT_KEY, env_unset: [BOT_KEY]', 'subscription'],
  ['api_key_env: BOT_KEY, env_inherit: [PATH]', 'subscription'],
  [`api_key_env: TOOL_KEY, env_vars: { TOOL_KEY: '\${OTHER_KEY}' }`, 'api'],
  ['api_key_env: BOT_KEY, billing: subscription', 'subscription'],
  ['api_key_env: BOT_KEY, billing: free', 'free'],
])('{ %s } is billed as %s', (fields, expected) => {
  expect(billing(fields)).toBe(expected);
});

it.each([
  ['a mock, which sends nothing', '{ kind: mock, responses: [{ text: hi }] }', 'free'],
  ['a mock that stands for a paid tool', '{ kind: mock, billing: api, responses: [{ text: hi }] }', 'api'],
  ['an API', '{ kind: http, api: openai-chat, base_url: "http://localhost:1" }', 'api'],
  ['a free API', '{ kind: http, billing: free, api: openai-chat, base_url: "http://localhost:1" }', 'free'],
])('%s: %s is billed as %s', (_, definition, expected) => {
  expect(billingIn(definition)).toBe(expected);
});
