import { isSecretName } from '../redact/secret-names.js';
import type { Environment } from './adapter.js';

/** A value with all references replaced once. */
export interface Expanded {
  text: string;
  /** Names of `${VAR}` references that are not set. */
  missing: string[];
  /** Values that came from variables, in order. */
  used: string[];
}

/** Replaces `${VAR}` and `${VAR:-default}` (when unset or empty); `$${` stands for `${`. What a value holds is not read again. */
export function expandVariables(text: string, env: Environment): Expanded {
  const missing: string[] = [];
  const used: string[] = [];
  const expanded = text.replace(
    REFERENCE,
    (_match, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return '${';
      const value = env[name];
      if (value === undefined && fallback === undefined) missing.push(name);
      if ((value ?? '') === '') return fallback ?? '';
      used.push(value ?? '');
      return value ?? '';
    },
  );
  return { text: expanded, missing, used };
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Names of all variables that a value refers to. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []);
}

/** Keys that are written into `env_vars` or `headers` themselves, by the names they stand under; without a scheme such as `Bearer`. */
export function literalSecrets(values: Readonly<Record<string, { value: string }>>): string[] {
  return Object.entries(values).flatMap(([name, { value }]) =>
    isSecretName(name) && !value.includes('${') ? [value.replace(/^[a-z]+\s+/i, '')] : [],
  );
}
