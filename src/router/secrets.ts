import type { Environment } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { SecretPart } from '../config/secret-part.js';
import type { RouterConfig, ToolConfig } from '../config/types.js';
import { createRedactor, type Redactor } from '../redact/redact.js';
import { isSecretName } from '../redact/secret-names.js';
import { compilePattern, type Pattern } from '../regex/pattern.js';

/** Masks the secrets of a config and of the environment, what `redact` names, and what is a secret by its form. */
export function redactorOf(
  config: RouterConfig,
  env: Environment,
  parts: readonly SecretPart[] = Object.values(config.tools),
): Redactor {
  return createRedactor([...secretsOf(config, env, parts), ...namedSecrets(env)], ownPatterns(config));
}

/** The path of a file, or a word such as `postgres`, which messages must be able to say. */
const NO_SECRET = /^(?:[/~].*|[a-z]{0,15}|\d{0,15})$/is;

/** Tools inherit the environment, and print it. */
function namedSecrets(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    isSecretName(name) && !NO_SECRET.test(value) ? [value] : [],
  );
}

/** Values that this config takes from the environment: they must never appear in our output. */
function secretsOf(config: RouterConfig, env: Environment, parts: readonly SecretPart[]): string[] {
  const ofTools = parts.flatMap((part) => secretsOfPart(part, env));
  const ofServer = env[config.server.tokenEnv] ?? '';
  return [...new Set(ofServer === '' ? ofTools : [...ofTools, ofServer])];
}

/** Adapters read no more of a tool for its secrets than this part of it. */
function secretsOfPart(part: SecretPart, env: Environment): string[] {
  const tool = part as ToolConfig;
  return adapterOf(tool).secrets(tool, env);
}

function ownPatterns({ policies }: RouterConfig): Pattern[] {
  return Object.values(policies).flatMap((policy) =>
    policy.privacy.redact.map(({ value }) => compilePattern(value, 'g')),
  );
}
