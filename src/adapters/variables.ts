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
  const pattern = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
  const expanded = text.replace(pattern, (_match, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) return '${';
    const value = env[name];
    if (value === undefined && fallback === undefined) missing.push(name);
    if ((value ?? '') === '') return fallback ?? '';
    used.push(value ?? '');
    return value ?? '';
  });
  return { text: expanded, missing, used };
}
