import { configSchema } from '../config/json-schema.js';
import { type Override, type ShownConfig, shownConfig, shownOrigins, shownYaml } from '../config/show.js';
import { at, type Path } from '../config/tree.js';
import { urlScheme } from '../domain/database-url.js';
import type { Redactor } from '../redact/redact.js';
import type { LoadedFiles } from './load.js';

/** A part of the config, ready to be printed. */
export interface ConfigView {
  yaml(options: { origins: boolean }): string;
  value: unknown;
  /** Dotted path to origin. */
  origins(): Record<string, string>;
}

/** The effective config, with variables of the environment; `null` when the dotted path does not exist. */
export function viewConfig(
  loaded: LoadedFiles,
  {
    env,
    dotted,
    redactor,
  }: { env: Readonly<Record<string, string | undefined>>; dotted: string | null; redactor: Redactor },
): ConfigView | null {
  const whole = shownConfig(loaded.merged, overridesOf(env));
  const shown = { ...whole, value: redactor.value(whole.value) };
  const path = dotted === null ? [] : pathOf(shown, dotted);
  const value = path === null ? undefined : at(shown.value, path);
  if (path === null || value === undefined) return null;
  return {
    yaml: (options) => shownYaml(shown, path, options),
    value,
    origins: () => shownOrigins(shown, path),
  };
}

/** The JSON Schema of a config, as text. */
export function schemaText(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}

function overridesOf(env: Readonly<Record<string, string | undefined>>): Override[] {
  const variables: [name: string, path: Path][] = [
    ['LLM_ROUTER_AGENT', ['default_agent']],
    ['LLM_ROUTER_TRACE_DIR', ['traces', 'dir']],
    ['LLM_ROUTER_LEDGER', ['ledger', urlScheme(env.LLM_ROUTER_LEDGER ?? '') === null ? 'path' : 'url']],
  ];
  return variables.flatMap(([name, path]) => {
    const value = env[name] ?? '';
    return value === '' ? [] : [{ path, value, origin: `environment: ${name}` }];
  });
}

/** Names of entries may hold dots themselves (`models.gpt-6.1-sol`): the longest key that fits is taken. */
function pathOf(shown: ShownConfig, dotted: string): Path | null {
  const parts = dotted.split('.');
  const path: string[] = [];
  for (let start = 0; start < parts.length; ) {
    const end = longestKey(shown, path, parts.slice(start));
    if (end === 0) return null;
    path.push(parts.slice(start, start + end).join('.'));
    start += end;
  }
  return path;
}

function longestKey(shown: ShownConfig, path: Path, parts: readonly string[]): number {
  for (let count = parts.length; count > 0; count--) {
    if (at(shown.value, [...path, parts.slice(0, count).join('.')]) !== undefined) return count;
  }
  return 0;
}
