import type { Environment } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import { expandVariables, literalSecrets } from '../adapters/variables.js';
import type { SecretPart } from '../config/secret-part.js';
import type { RouterConfig, ToolConfig } from '../config/types.js';
import { passwordsIn, withoutPassword } from '../domain/database-url.js';
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
  return Object.entries(env).flatMap(([name, value = '']) => {
    const found = HEADERS_OF_OTLP.test(name) ? headerValues(value) : isSecretName(name) ? [value] : [];
    return found.filter((one) => !NO_SECRET.test(one));
  });
}

/** Lists such as `authorization=Bearer%20abc,tenant=7`. */
const HEADERS_OF_OTLP = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?HEADERS$/;

/** Each value as it stands there and as it is sent, without a scheme such as `Bearer`. */
function headerValues(list: string): string[] {
  return list.split(',').flatMap((pair) => {
    const value = pair.slice(pair.indexOf('=') + 1).trim();
    return [value, decoded(value)].map((one) => one.replace(/^[a-z]+(?:\s|%20)+/i, ''));
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a `%` that encodes nothing
  }
}

/** Values that this config takes from the environment: they must never appear in our output. */
function secretsOf(config: RouterConfig, env: Environment, parts: readonly SecretPart[]): string[] {
  const ofTools = parts.flatMap((part) => secretsOfPart(part, env));
  const ofServer = env[config.server.tokenEnv] ?? '';
  const all = [
    ...ofTools,
    ...secretsOfTelemetry(config.telemetry.otlp, env),
    ...ledgerSecrets(config, env),
    ofServer,
  ];
  return [...new Set(all)].filter((secret) => secret !== '');
}

/** Headers of the collector, and variables in its URL that are more than a host. */
function secretsOfTelemetry(
  { endpoint, headers }: RouterConfig['telemetry']['otlp'],
  env: Environment,
): string[] {
  const inHeaders = Object.values(headers).flatMap(({ value }) => expandVariables(value, env).used);
  const inUrl = expandVariables(endpoint?.value ?? '', env).used.filter(
    (value) => !/^https?:\/\/[^@]*$/i.test(value),
  );
  return [...inHeaders, ...inUrl, ...literalSecrets(headers)];
}

/** What `url_env` holds, unless it is a URL without a password, and each password by itself. */
function ledgerSecrets({ ledger: { url, urlEnv } }: RouterConfig, env: Environment): string[] {
  const kept = urlEnv === null ? '' : (env[urlEnv] ?? '');
  const passwords = [kept, url?.value ?? '', env.LLM_ROUTER_LEDGER ?? ''].flatMap(passwordsIn);
  return [withoutPassword(kept) === kept ? '' : kept, ...passwords, ...passwords.map(decoded)];
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
