import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { finding, isOwn } from '../finding.js';
import { APIS } from '../keys/models.js';
import { child, entriesOf, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';

/** Keys that are checked but not followed yet; `*` is any name, indexes of lists are left out. */
export const NOT_IN_EFFECT: readonly string[] = ['server', 'tools.*.models_ttl', 'tools.*.platforms'];

/** Protocols of HTTP tools and models that have no adapter yet. */
const APIS_NOT_IN_EFFECT: readonly unknown[] = ['openai-responses', 'gemini', 'ollama'];

const CODE = 'config/not-in-effect';

/** A key that is checked but not followed yet; an error where relying on it would do harm. */
export const notInEffect: Rule = {
  code: CODE,
  check: (context) => [
    ...NOT_IN_EFFECT.flatMap((pattern) => pathsOf(context.merged.value, pattern.split('.'))).flatMap((path) =>
      ignoredKey(context, path),
    ),
    ...entries(context, 'tools').flatMap(({ name, entry, path }) =>
      child(entry, 'kind') === 'http'
        ? apiWithoutAdapter(context, { what: `tool \`${name}\``, entry, path })
        : [],
    ),
    ...entries(context, 'models').flatMap(({ name, entry, path }) =>
      apiWithoutAdapter(context, { what: `model \`${name}\``, entry, path }),
    ),
  ],
};

/** Every path in the tree that fits the keys of a pattern. */
function pathsOf(value: unknown, [key, ...rest]: readonly string[]): Path[] {
  if (key === undefined) return [[]];
  if (Array.isArray(value)) {
    return itemsOf(value).flatMap(({ item, step }) =>
      pathsOf(item, [key, ...rest]).map((path) => [...step, ...path]),
    );
  }
  const steps = key === '*' ? entriesOf(value).map(([name]) => name) : [key];
  return steps
    .filter((step) => child(value, step) !== undefined)
    .flatMap((step) => pathsOf(child(value, step), rest).map((path) => [step, ...path]));
}

function ignoredKey(context: RuleContext, path: Path): Diagnostic[] {
  if (!isOwn(context, path) || context.faults.isDoubtful(path)) return [];
  const message = `${describePath(path)} is not in effect in this version`;
  const hint = 'it is checked and otherwise ignored';
  return [finding(context, { code: CODE, path, what: 'key', message, hint })];
}

function apiWithoutAdapter(
  context: RuleContext,
  one: { what: string; entry: unknown; path: Path },
): Diagnostic[] {
  const api = child(one.entry, 'api');
  if (!APIS_NOT_IN_EFFECT.includes(api)) return [];
  const message = `${one.what} with \`api: ${String(api)}\` cannot run in this version`;
  const supported = APIS.filter((known) => !APIS_NOT_IN_EFFECT.includes(known)).map(
    (known) => `\`${known}\``,
  );
  const hint = `${supported.join(' and ')} can; many providers speak \`openai-chat\` as well`;
  return [finding(context, { code: CODE, path: [...one.path, 'api'], message, hint, severity: 'error' })];
}
