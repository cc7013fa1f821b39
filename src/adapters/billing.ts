import type { ModelConfig, ToolConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
import { lookup } from '../domain/lookup.js';
import type { Environment } from './adapter.js';
import { hasApiKey } from './command/environment.js';

/** What decides on the billing of a tool beside its definition. */
export interface BillingFacts {
  models: Readonly<Record<string, ModelConfig>>;
  env: Environment;
}

/**
 * How a tool is billed. `auto`: a mock answers from the config and costs nothing; an API and a tool that a program runs are metered; a command tool is metered when
 * it gets one of its key variables, or when it names none and one of its models has a price, else it is a subscription.
 */
export function billingOf(tool: ToolConfig, { models, env }: BillingFacts): Billing {
  if (tool.billing !== 'auto') return tool.billing;
  if (tool.kind === 'mock') return 'free';
  if (tool.kind === 'http' || tool.kind === 'custom') return 'api';
  const isMetered = tool.apiKeyEnv.length === 0 ? hasPricedModel(tool, models) : hasApiKey(tool, env);
  return isMetered ? 'api' : 'subscription';
}

/** A tool that passes any id on (`"*"`) can run every model of the catalogue. */
function hasPricedModel(tool: ToolConfig, models: BillingFacts['models']): boolean {
  const isPriced = (name: string) => lookup(models, name)?.price != null;
  return tool.models.some(({ value }) =>
    value === '*' ? Object.keys(models).some(isPriced) : isPriced(value),
  );
}
