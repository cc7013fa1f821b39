import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { parseDuration } from '../../domain/duration.js';
import type { Result } from '../../domain/result.js';
import { parseSize } from '../../domain/size.js';
import { splitCommand } from '../../domain/template.js';
import { at, child, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, finding, type Rule, type RuleContext } from './rule.js';

const CODE = 'config/invalid-value';

/** Durations, sizes and command lines that cannot be read, and keys that exclude each other. */
export const invalidValue: Rule = {
  code: CODE,
  check: (context) => [
    ...durations(context).flatMap((path) => unreadable(context, path, parseDuration)),
    ...inTools(context, ['max_output']).flatMap((path) => unreadable(context, path, parseSize)),
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
  const tools = inTools(context, ['timeout', 'idle_timeout', 'grace']);
  const responses = entries(context, 'tools').flatMap(({ entry, path }) =>
    itemsOf(child(entry, 'responses')).flatMap(({ step }) => [
      [...path, 'responses', ...step, 'delay'],
      [...path, 'responses', ...step, 'failure', 'retry_after'],
    ]),
  );
  return [...agents, ...tools, ...responses];
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
  if (parsed.ok || context.isDoubtful(path)) return [];
  return [
    finding(context, { code: CODE, path, message: `${describePath(path)} cannot be used: ${parsed.error}` }),
  ];
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
