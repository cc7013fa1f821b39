import type { GatewayApi, ModelConfig } from '../../src/config/types.js';
import type { CallMoney } from '../../src/domain/call-money.js';
import type { Failure } from '../../src/domain/failure.js';
import { type Gateway, openGateway } from '../../src/gateway/gateway.js';
import type { GatewayWorld } from '../../src/gateway/world.js';
import { taskOf, toolOf } from '../adapters/command/samples.js';

/** A model with a price of 10 for input and 30 for output, per million tokens. */
export function modelOf(id: string, more: Partial<ModelConfig> = {}): ModelConfig {
  return {
    name: id,
    at: null,
    provider: 'acme',
    id,
    ids: {},
    api: null,
    tier: null,
    reasoningEffort: null,
    contextWindow: 100_000,
    maxOutputTokens: null,
    price: { input: 10, output: 30, cacheRead: 1, cacheWrite: 12.5, cacheWrite1h: 20, above: [] },
    deprecated: false,
    supersededBy: null,
    ...more,
  };
}

/** The money of one run in memory. */
export class Purse implements CallMoney {
  spent = 0;
  held = 0;
  most = 0;
  readonly isLimiting = true;
  constructor(readonly cap: number) {}

  hold(worstMicroUsd: number): ReturnType<CallMoney['hold']> {
    if (this.spent + this.held + worstMicroUsd > this.cap)
      return Promise.resolve({ refusal: 'the purse is empty', hint: null });
    this.held += worstMicroUsd;
    this.most = Math.max(this.most, this.spent + this.held);
    const settle = async (microUsd: number): Promise<void> => {
      this.held -= worstMicroUsd;
      this.spent += microUsd;
    };
    return Promise.resolve({ worstMicroUsd, settle });
  }
}

/** A gateway before a provider, which lets every call of `m` through. */
export async function gatewayTo(
  url: string,
  more: Partial<GatewayWorld> & { api?: GatewayApi } = {},
): Promise<Gateway & { endings: Failure[] }> {
  const endings: Failure[] = [];
  const opened = await openGateway({
    api: 'anthropic-messages',
    baseUrl: new URL(url),
    task: taskOf(toolOf([]), { modelName: 'm' }),
    billing: 'api',
    money: null,
    modelOf: (id) => (id === 'm' ? modelOf('m') : null),
    refuseModel: () => null,
    journal: null,
    patience: {
      of: () => ({ maxRetries: 3, maxDelayMs: 30_000 }),
      askedMs: ({ retryAfterMs }) => retryAfterMs,
    },
    onEnding: (failed) => void endings.push(failed),
    env: {},
    now: () => 0,
    monotonicMs: () => performance.now(),
    redact: (text) => text,
    ...more,
  });
  if (!opened.ok) throw new Error(opened.error);
  return Object.assign(opened.value, { endings });
}
