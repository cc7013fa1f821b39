import type { Environment } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';

/** Values that this config takes from the environment: they must never appear in our output. */
export function secretsOf(config: RouterConfig, env: Environment): string[] {
  return [...new Set(Object.values(config.tools).flatMap((tool) => adapterOf(tool).secrets(tool, env)))];
}
