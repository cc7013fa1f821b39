import type { Environment } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import { createRedactor, type Redactor } from '../redact/redact.js';
import { compilePattern } from '../regex/pattern.js';

/** Values that this config takes from the environment: they must never appear in our output. */
function secretsOf(config: RouterConfig, env: Environment): string[] {
  return [...new Set(Object.values(config.tools).flatMap((tool) => adapterOf(tool).secrets(tool, env)))];
}

/** Masks the secrets of a config, and what its policies redact. */
export function redactorOf(config: RouterConfig, env: Environment): Redactor {
  const patterns = Object.values(config.policies).flatMap((policy) =>
    policy.privacy.redact.map(({ value }) => compilePattern(value, 'g')),
  );
  return createRedactor(secretsOf(config, env), patterns);
}
