import { COUNTERS, TOKEN_COUNTERS } from '../../domain/usage.js';
import { at, child, entriesOf, isTree, itemsOf, type Path } from '../tree.js';
import { entries, type RuleContext } from './rule.js';

/** A value in a tool's definition, and its path. */
export interface At {
  path: Path;
  value: unknown;
}

const COUNTS = COUNTERS.map((counter) => TOKEN_COUNTERS[counter].name);

const SELECTORS: readonly Path[] = [
  ['text'],
  ['deltas'],
  ['activity'],
  ['changed_files'],
  ['waiting'],
  ...COUNTS.map((count) => ['usage', count]),
  ...COUNTS.map((count) => ['usage_so_far', count]),
  ['cost_usd'],
  ['tool_session_id'],
  ['response_model'],
  ['finish_reason'],
  ['finish_reason', 'select'],
  ['data'],
  ['error', 'message'],
  ['error', 'status'],
  ['error', 'code'],
];

/** Every single selector of every tool, lists taken apart. */
export function selectorsIn(context: RuleContext): At[] {
  const roots = entries(context, 'tools').flatMap(({ path }) =>
    SELECTORS.map((key) => [...path, 'output', ...key]),
  );
  const ofOutput = roots.flatMap((path) =>
    itemsOf(at(context.merged.value, path)).map(({ item, step }) => ({
      path: [...path, ...step],
      value: item,
    })),
  );
  const all = [...ofOutput, ...timesIn(context).filter(({ value }) => !isTimeRegex(value))];
  return [...all, ...all.flatMap(takenOff)];
}

/** The selectors in `minus` of a selector. */
function takenOff({ path, value }: At): At[] {
  return itemsOf(child(value, 'minus')).map(({ item, step }) => ({
    path: [...path, 'minus', ...step],
    value: item,
  }));
}

/** Every regular expression of a failure rule that reads a time. */
export function timeRegexesIn(context: RuleContext): At[] {
  return timesIn(context).filter(({ value }) => isTimeRegex(value));
}

function timesIn(context: RuleContext): At[] {
  return entries(context, 'tools').flatMap(({ entry, path }) =>
    itemsOf(child(entry, 'failures')).flatMap(({ item, step }) =>
      ['reset_at', 'retry_after']
        .map((key) => ({ path: [...path, 'failures', ...step, key], value: child(item, key) }))
        .filter(({ value }) => value !== undefined),
    ),
  );
}

/** A text that starts with `/` is a pointer. */
function isTimeRegex(value: unknown): boolean {
  return typeof value === 'string' && !value.startsWith('/');
}

/** Every filter (pointers and values) of every tool. */
export function filtersIn(context: RuleContext): At[] {
  const ofTools = entries(context, 'tools').flatMap(({ entry, path }) => [
    ...['restart', 'success', 'end', 'cut'].map((key) => ({
      path: [...path, 'output', key],
      value: at(entry, ['output', key]),
    })),
    ...itemsOf(at(entry, ['output', 'no_activity'])).map(({ item, step }) => ({
      path: [...path, 'output', 'no_activity', ...step],
      value: item,
    })),
    ...itemsOf(child(entry, 'failures')).map(({ item, step }) => ({
      path: [...path, 'failures', ...step, 'when', 'pointer'],
      value: at(item, ['when', 'pointer']),
    })),
  ]);
  const ofSelectors = selectorsIn(context).flatMap(({ path, value }) =>
    ['event', 'after'].map((key) => ({ path: [...path, key], value: child(value, key) })),
  );
  return [...ofTools, ...ofSelectors].filter(({ value }) => isTree(value));
}

/** The conditions of every filter: the pointer is the last step of the path. */
export function conditionsIn(context: RuleContext): At[] {
  return filtersIn(context).flatMap((filter) =>
    entriesOf(filter.value).map(([pointer, value]) => ({ path: [...filter.path, pointer], value })),
  );
}
