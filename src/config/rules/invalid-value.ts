import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { err, ok, type Result } from '../../domain/result.js';
import { splitCommand } from '../../domain/template.js';
import { finding } from '../finding.js';
import { at, child, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { statedValues } from './stated-values.js';
import { expandedTexts } from './templates.js';

const CODE = 'config/invalid-value';

/** Durations, sizes and command lines that cannot be read, and keys that exclude each other. */
export const invalidValue: Rule = {
  code: CODE,
  check: (context) => [
    ...statedValues(context).flatMap(({ path, value, key }) =>
      typeof value === 'string' ? unusable(context, path, key.definition.check?.(value) ?? null) : [],
    ),
    ...inTools(context, ['base_url']).flatMap((path) => unreadable(context, path, parseBaseUrl)),
    ...expandedTexts(context).flatMap(({ path }) => unreadable(context, path, parseReferences)),
    ...inTools(context, ['command_template']).flatMap((path) => unreadable(context, path, splitCommand)),
    ...both(context, 'tools', ['command_template', 'args']),
    ...both(context, 'agents', ['system', 'system_file']),
  ],
};

function inTools(context: RuleContext, keys: readonly string[]): Path[] {
  return entries(context, 'tools').flatMap(({ path }) => keys.map((key) => [...path, key]));
}

function unreadable(
  context: RuleContext,
  path: Path,
  parse: (text: string) => Result<unknown, string>,
): Diagnostic[] {
  const value = at(context.merged.value, path);
  if (typeof value !== 'string') return [];
  const parsed = parse(value);
  return unusable(context, path, parsed.ok ? null : parsed.error);
}

function unusable(context: RuleContext, path: Path, trouble: string | null): Diagnostic[] {
  if (trouble === null || context.faults.isDoubtful(path)) return [];
  return [
    finding(context, { code: CODE, path, message: `${describePath(path)} cannot be used: ${trouble}` }),
  ];
}

/** A variable may stand for any part of it. */
function parseBaseUrl(text: string): Result<string, string> {
  const isUrl = text.includes('${') || (/^https?:\/\/[^/\s]/i.test(text) && URL.canParse(text));
  return isUrl ? ok(text) : err(`\`${text}\` is not a URL that starts with \`https://\` or \`http://\``);
}

/** Every `${` begins a reference, unless it is doubled. */
function parseReferences(text: string): Result<string, string> {
  const rest = text.replace(/\$\$\{|\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}/g, '');
  const bad = /\$\{[^}]*\}?/.exec(rest)?.[0];
  if (bad === undefined) return ok(text);
  return err(
    `\`${bad}\` is neither \`\${NAME}\` nor \`\${NAME:-default}\`; a literal one is written \`$\${\``,
  );
}

/** Only one of the two can hold; over layers the stronger layer's choice does. */
function both(context: RuleContext, section: string, [one, other]: readonly [string, string]): Diagnostic[] {
  return entries(context, section).flatMap(({ entry, path }) => {
    if (child(entry, one) === undefined || child(entry, other) === undefined) return [];
    const where = [...path, other];
    const message = `${describePath(where)} and \`${one}\` exclude each other`;
    return [finding(context, { code: CODE, path: where, what: 'key', message, hint: 'keep one of the two' })];
  });
}
