import { describe, expect, it } from '@jest/globals';
import type { BudgetConfig, CommandTool } from '../../src/config/types.js';
import { gatewayState, gatewayUse } from '../../src/policy/gateway.js';
import { toolOf } from '../adapters/command/samples.js';

const GATEWAY: NonNullable<CommandTool['gateway']> = {
  api: 'openai-chat',
  baseUrl: { value: 'https://provider.invalid', at: null },
  models: ['*'],
  env: {},
  args: [],
  privateFiles: {},
  subscription: false,
};
const TOOL = toolOf([], { gateway: GATEWAY });

function budget(isHard: boolean, daily: number | null): { budget: BudgetConfig } {
  return {
    budget: {
      at: null,
      scope: 'global',
      isHard,
      thresholdPercent: 80,
      dailyMicroUsd: daily === null ? null : { value: daily, at: null },
      monthlyMicroUsd: null,
      perRequestMicroUsd: null,
    },
  };
}

describe('whether the calls of a tool pass through the router', () => {
  const run = {
    mode: 'auto',
    tool: TOOL,
    modelId: 'm',
    billing: 'api',
    capMicroUsd: null,
    budgets: [],
  } as const;
  it.each<[string, Partial<Parameters<typeof gatewayUse>[0]>, string | null]>([
    ['without any limit', {}, 'off: no cap and no hard limit applies'],
    ['under a cap', { capMicroUsd: 1 }, 'on: a cap applies'],
    ['under a hard limit', { budgets: [budget(true, 5)] }, 'on: a hard limit applies'],
    ['under a soft limit', { budgets: [budget(false, 5)] }, 'off: no cap and no hard limit applies'],
    [
      'under a hard limit of a request alone',
      { budgets: [budget(true, null)] },
      'off: no cap and no hard limit applies',
    ],
    [
      'of a tool that retries by itself',
      { tool: { ...TOOL, ownRetries: true } },
      'on: the tool retries by itself',
    ],
    ['always', { mode: 'always' }, 'on: the policy has `gateway: always`'],
    ['never', { mode: 'off', capMicroUsd: 1 }, 'off: the policy has `gateway: off`'],
    [
      'of a tool that costs nothing',
      { billing: 'free', capMicroUsd: 1 },
      'off: no cap and no hard limit applies',
    ],
    [
      'of a subscription, whatever the policy says',
      { billing: 'subscription', mode: 'always' },
      'off: the login of a subscription may not work through it',
    ],
    [
      'of a subscription whose login works through it',
      {
        billing: 'subscription',
        mode: 'always',
        tool: { ...TOOL, gateway: { ...GATEWAY, subscription: true } },
      },
      'on: the policy has `gateway: always`',
    ],
    [
      'of a model whose calls go elsewhere',
      { mode: 'always', modelId: 'other/m', tool: { ...TOOL, gateway: { ...GATEWAY, models: ['mine/*'] } } },
      'off: calls of model `other/m` do not go through it',
    ],
    ['of a tool without a gateway', { mode: 'always', tool: toolOf([]) }, null],
  ])('%s', (_, more, said) => {
    const use = gatewayUse({ ...run, ...more });
    expect(use === null ? null : `${use.isUsed ? 'on' : 'off'}: ${use.why}`).toBe(said);
  });

  it.each([
    [TOOL, 'auto', 'api', 'gateway on under a cap or a hard limit', 'enforced'],
    [{ ...TOOL, ownRetries: true }, 'auto', 'api', 'gateway on', 'enforced'],
    [TOOL, 'off', 'api', 'gateway off: the policy has `gateway: off`', 'checked'],
    [
      TOOL,
      'auto',
      'subscription',
      'gateway off: the login of a subscription may not work through it',
      'checked',
    ],
    [
      { ...TOOL, gateway: { ...GATEWAY, models: ['mine/*'] } },
      'always',
      'api',
      'gateway on for `mine/*`',
      'checked',
    ],
    [toolOf([]), 'always', 'api', null, 'checked'],
  ] as const)('is said of a tool without a request (%#)', (tool, mode, billing, words, costCap) => {
    expect(gatewayState(tool, { mode, billing })).toEqual({ words, costCap });
  });
});
