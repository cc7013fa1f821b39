import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { finding, isOwn } from '../finding.js';
import { APIS } from '../keys/models.js';
import { child, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { statedValues } from './stated-values.js';

/** Protocols of HTTP tools and models that have no adapter yet. */
const APIS_NOT_IN_EFFECT: readonly unknown[] = ['ollama'];

const CODE = 'config/not-in-effect';

/** A key that is checked but not followed yet; an error where relying on it would do harm. */
export const notInEffect: Rule = {
  code: CODE,
  check: (context) => [
    ...statedValues(context).flatMap(({ path, key }) =>
      key.definition.isInEffect === false ? ignoredKey(context, path) : [],
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
  const hint = `${supported.slice(0, -1).join(', ')} and ${supported.at(-1)} can; many providers speak \`openai-chat\` as well`;
  return [finding(context, { code: CODE, path: [...one.path, 'api'], message, hint, severity: 'error' })];
}
