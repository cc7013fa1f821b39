import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { passwordsIn } from '../../domain/database-url.js';
import { holdsSecret } from '../../redact/redact.js';
import { isSecretName } from '../../redact/secret-names.js';
import { finding, isOwn } from '../finding.js';
import { at, child, entriesOf, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';

const CODE = 'config/secret-in-config';
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A shorter value is a setting rather than a key. */
const MIN_LENGTH = 8;
const LEDGER_URL: Path = ['ledger', 'url'];

/** An API key in the config, which is copied, committed and shown; only the name of its variable belongs there. */
export const secretInConfig: Rule = {
  code: CODE,
  check(context) {
    const { merged } = context;
    const mayHold = merged.layers.some(({ sources }) => sources.some(({ text }) => isToken(text)));
    const tokens = mayHold ? textsIn(merged.value, []).filter(({ text }) => isToken(text)) : [];
    const found = tokens.map(({ path }) => path);
    const isFound = found.some((path) => path.join('.') === LEDGER_URL.join('.'));
    const certain = [...found, ...notNames(context), ...(isFound ? [] : ledgerUrlWithPassword(context))];
    const reported = new Set(certain.map((path) => JSON.stringify(path)));
    const likely = namedLikeSecrets(context).filter((path) => !reported.has(JSON.stringify(path)));
    return [
      ...certain.map((path) => report(context, path, 'error')),
      ...likely.map((path) => report(context, path, 'warning')),
    ].filter((one) => one !== null);
  },
};

function isToken(text: string): boolean {
  return text.length >= MIN_LENGTH && holdsSecret(text);
}

function report(context: RuleContext, path: Path, severity: 'error' | 'warning'): Diagnostic | null {
  if (!isOwn(context, path)) return null;
  const isNamePlace = /_env$/.test(String(path.findLast((step) => typeof step === 'string')));
  const message =
    severity === 'error'
      ? `${describePath(path)} ${isNamePlace ? 'must name a variable, but holds something else' : 'holds a key'}`
      : `${describePath(path)} looks like a key`;
  const hint = isNamePlace ? 'put the key into a variable, and its name here' : hintFor(path);
  return finding(context, { code: CODE, path, message, hint, severity });
}

/** References to variables are read in a few places only. */
function hintFor(path: Path): string {
  if (path.join('.') === LEDGER_URL.join('.'))
    return 'name a variable that holds it with `url_env`, or leave the password to `PGPASSWORD` or `~/.pgpass`';
  const isExpanded = ['env_vars', 'headers', 'base_url'].some((key) => path.includes(key));
  return isExpanded
    ? `put it into a variable, and write \`$\{NAME}\` here`
    : 'put it into a variable, and let the tool read that';
}

/** Every text of the tree with its path. */
function textsIn(value: unknown, path: Path): { text: string; path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value))
    return itemsOf(value).flatMap(({ item, step }) => textsIn(item, [...path, ...step]));
  return entriesOf(value).flatMap(([key, one]) => textsIn(one, [...path, key]));
}

/** Values of `*_env` keys that no variable can be called; a token was found already. */
function notNames(context: RuleContext): Path[] {
  const keys = [
    ...entries(context, 'tools').map(({ path }) => [...path, 'api_key_env']),
    ['server', 'token_env'],
  ];
  return keys.flatMap((path) =>
    itemsOf(at(context.merged.value, path)).flatMap(({ item, step }) =>
      typeof item === 'string' && item !== '' && !VARIABLE.test(item) && !isToken(item)
        ? [[...path, ...step]]
        : [],
    ),
  );
}

/** `?password=`, of whatever form. */
function ledgerUrlWithPassword({ merged }: RuleContext): Path[] {
  const url = at(merged.value, LEDGER_URL);
  return typeof url === 'string' && passwordsIn(url).length > 0 ? [LEDGER_URL] : [];
}

function namedLikeSecrets(context: RuleContext): Path[] {
  return entries(context, 'tools').flatMap(({ entry, path }) =>
    ['env_vars', 'headers'].flatMap((key) =>
      entriesOf(child(entry, key))
        .filter(([name, value]) => isSecretName(name) && isLiteral(value))
        .map(([name]) => [...path, key, name]),
    ),
  );
}

function isLiteral(value: unknown): boolean {
  return typeof value === 'string' && value.length >= MIN_LENGTH && !value.includes('${');
}
