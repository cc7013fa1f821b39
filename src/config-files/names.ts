import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { isYamlName } from './folder.js';

/** The name that a file should have to be read; `format`: its own, where a new name is not enough. */
export interface BetterName {
  name: string;
  format: string | null;
}

/** Endings of a file that is meant as a config: in capitals, mistyped, of an editor for texts, or of another format. */
const ENDING = /^(.+)\.(?:ya?ml|ymal|yalm|ya?ml\.txt|json|(jsonc|json5|toml))\s*$/i;

/** Names that the files of a folder have by habit: others of these formats may be a schema, or the data of a program. */
const BY_HABIT =
  /^(?:agents?|tools?|models?|polic(?:y|ies)|budgets?|tiers?|ledger|server|config|(?:llm[-_]?)?router)\.(?:json|toml)/i;

/** A file in a folder of configs; `null`: it is read, or it is something else. */
export function betterNameInFolder(name: string): BetterName | null {
  if (name.startsWith('.') || isYamlName(name)) return null;
  const [, stem, format = null] = ENDING.exec(name) ?? [];
  if (stem === undefined || (/\.(?:json|toml)/i.test(name) && !BY_HABIT.test(name))) return null;
  return { name: `${stem}.yaml`, format };
}

/** A file that is not in a folder of configs: `llmrouter.yaml`, `llm-router.YML`, `llm-router.json`. */
export function betterNameOfFile(name: string): BetterName | null {
  const [, stem = '', format = null] = ENDING.exec(name) ?? [];
  const isMeant = /^\.?llm[-_. ]?routers?(?:[-_.]config)?$/i.test(stem);
  return isMeant && !/^llm-router\.ya?ml$/.test(name) ? { name: 'llm-router.yaml', format } : null;
}

/** The warnings about files of a folder that are meant as configs; `shown` makes the path that the user sees. */
export function misnamed(
  names: readonly string[],
  betterNameOf: (name: string) => BetterName | null,
  shown: (name: string) => string,
): Diagnostic[] {
  return names.flatMap((one) => {
    const better = betterNameOf(one);
    if (better === null) return [];
    const hint =
      better.format === null ? `rename it to \`${better.name}\`` : `write it as YAML, in \`${better.name}\``;
    const message = `\`${shown(one)}\` is not read because of its name`;
    return [diagnostic('config/misnamed-file', message, { place: null, hint })];
  });
}
