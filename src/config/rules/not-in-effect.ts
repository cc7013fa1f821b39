import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { at, child, entriesOf, isTree, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, finding, isOwn, type Rule, type RuleContext } from './rule.js';

/** Keys that are checked but not followed yet; `*` is any name, indexes of lists are left out. */
export const NOT_IN_EFFECT: readonly string[] = [
  'server',
  'models.*.api',
  'tools.*.platforms',
  'tools.*.concurrency',
  'tools.*.rate_limit',
  'tools.*.leave_running',
];

/** Kinds of tools that cannot run yet. */
export const KINDS_NOT_IN_EFFECT: readonly unknown[] = ['http'];

const CODE = 'config/not-in-effect';

/** A key that is checked but not followed yet; an error where somebody would rely on it to their harm. */
export const notInEffect: Rule = {
  code: CODE,
  check: (context) => [
    ...NOT_IN_EFFECT.flatMap((pattern) => pathsOf(context.merged.value, pattern.split('.'))).flatMap((path) =>
      unheeded(context, path),
    ),
    ...entries(context, 'tools').flatMap(({ name, entry, path }) =>
      unusableKind(context, { name, entry, path }),
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

function unheeded(context: RuleContext, path: Path): Diagnostic[] {
  if (!isOwn(context, path) || context.isDoubtful(path) || isOfUnusableTool(context, path)) return [];
  const message = `${describePath(path)} is not in effect in this version`;
  const hint = 'it is checked and otherwise ignored';
  return [finding(context, { code: CODE, path, what: 'key', message, hint })];
}

function unusableKind(
  context: RuleContext,
  tool: { name: string; entry: unknown; path: Path },
): Diagnostic[] {
  const kind = child(tool.entry, 'kind');
  if (!KINDS_NOT_IN_EFFECT.includes(kind)) return [];
  const message = `tool \`${tool.name}\` of kind \`${String(kind)}\` cannot run in this version`;
  const hint = 'tools of kind `command` can: a program that calls the API, for example';
  return [finding(context, { code: CODE, path: [...tool.path, 'kind'], message, hint, severity: 'error' })];
}

/** That its tool cannot run says enough. */
function isOfUnusableTool(context: RuleContext, path: Path): boolean {
  const tool = at(context.merged.value, path.slice(0, 2));
  return path[0] === 'tools' && isTree(tool) && KINDS_NOT_IN_EFFECT.includes(tool.kind);
}
