import { expect, it } from '@jest/globals';
import { billingOf } from '../../src/router/task.js';
import { configOf } from '../rig/config.js';

const ENV = { BOT_KEY: 'k', OTHER_KEY: 'o' };

function billing(fields: string): string {
  const tool = configOf(`tools: { bot: { binary: bot, args: [], ${fields} } }`).tools.bot;
  if (tool === undefined) throw new Error('the config has no such tool');
  return billingOf(tool, ENV);
}

it.each([
  ['', 'subscription'],
  ['api_key_env: BOT_KEY', 'api'],
  ['api_key_env: [NOT_SET, BOT_KEY]', 'api'],
  ['api_key_env: NOT_SET', 'subscription'],
  ['api_key_env: BOT_KEY, env_unset: [BOT_KEY]', 'subscription'],
  ['api_key_env: BOT_KEY, env_inherit: [PATH]', 'subscription'],
  [`api_key_env: TOOL_KEY, env_vars: { TOOL_KEY: '\${OTHER_KEY}' }`, 'api'],
  ['api_key_env: BOT_KEY, billing: subscription', 'subscription'],
  ['api_key_env: BOT_KEY, billing: free', 'free'],
])('{ %s } is paid by %s', (fields, payer) => {
  expect(billing(fields)).toBe(payer);
});
