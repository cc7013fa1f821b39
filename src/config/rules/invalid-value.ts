import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { parseDuration } from '../../domain/duration.js';
import { err, ok, type Result } from '../../domain/result.js';
import { parseSize } from '../../domain/size.js';
import { splitCommand } from '../../domain/template.js';
import { finding } from '../finding.js';
import { at, child, entriesOf, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { expandedTexts } from './templates.js';

const CODE = 'config/invalid-value';

/** Durations, sizes and command lines that cannot be read, and keys that exclude each other. */
export const invalidValue: Rule = {
  code: CODE,
  check: (context) => [
    ...durations(context).flatMap((path) => unreadable(context, path, parseDuration)),
    ...[...inTools(context, ['max_output']), ['server', 'max_body']].flatMap((path) =>
      unreadable(context, path, parseSize),
    ),
    ...inTools(context, ['base_url']).flatMap((path) => unreadable(context, path, parseBaseUrl)),
    ...expandedTexts(context).flatMap(({ path }) => unreadable(context, path, parseReferences)),
    ...inTools(context, ['command_template']).flatMap((path) => unreadable(context, path, splitCommand)),
    ...both(context, 'tools', ['command_template', 'args']),
    ...both(context, 'agents', ['system', 'system_file']),
  ],
};

function durations(context: RuleContext): Path[] {
  const agents = entries(context, 'agents').flatMap(({ path }) => [
    [...path, 'timeout'],
    [...path, 'idle_timeout'],
  ]);
  const tools = inTools(context, ['timeout', 'idle_timeout', 'grace', 'connect_timeout', 'models_ttl']);
  const policies = entries(context, 'policies').flatMap(({ entry, path }) =>
    [
      ['retry', 'base_delay'],
      ['retry', 'max_delay'],
      ['cooldown', 'within'],
      ['cooldown', 'for'],
      ...entriesOf(at(entry, ['retry', 'per_failure'])).flatMap(([type]) => [
        ['retry', 'per_failure', type, 'base_delay'],
        ['retry', 'per_failure', type, 'max_delay'],
      ]),
    ].map((keys) => [...path, ...keys]),
  );
  const responses = entries(context, 'tools').flatMap(({ entry, path }) =>
    itemsOf(child(entry, 'responses')).flatMap(({ step }) => [
      [...path, 'responses', ...step, 'delay'],
      [...path, 'responses', ...step, 'failure', 'retry_after'],
    ]),
  );
  return [...agents, ...tools, ...responses, ...policies];
}

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
  if (parsed.ok || context.faults.isDoubtful(path)) return [];
  return [
    finding(context, { code: CODE, path, message: `${describePath(path)} cannot be used: ${parsed.error}` }),
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
