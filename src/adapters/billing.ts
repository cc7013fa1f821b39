import type { ToolConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
import type { Environment } from './adapter.js';
import { hasApiKey } from './command/environment.js';

/**
 * How a tool is billed. `auto`: a command tool is metered when it gets one of its key variables, else a
 * subscription; an API is metered; a mock answers from the config and costs nothing.
 */
export function billingOf(tool: ToolConfig, env: Environment): Billing {
  if (tool.billing !== 'auto') return tool.billing;
  if (tool.kind === 'mock') return 'free';
  if (tool.kind === 'http') return 'api';
  return hasApiKey(tool, env) ? 'api' : 'subscription';
}
