import { entriesOf, isTree, type Tree } from '../../src/config/tree.js';
import { code, plain, table } from './markdown.js';
import { wordsOf } from './selectors.js';

/** The failure rules as a table, in the order in which they are tried. */
export function failureLines(failures: unknown): string[] {
  const rules = Array.isArray(failures) ? failures.filter(isTree) : [];
  return [
    'The first matching rule wins; the general rules, by HTTP status and exit code, come last.',
    '',
    ...table(['type', 'when', 'end of the limit', 'hint'], rules.map(ruleRow)),
  ];
}

function ruleRow({ type, when, hint, ...more }: Tree): string[] {
  return [
    code(plain(type)),
    entriesOf(when).map(conditionText).join(' and '),
    entriesOf(more).map(timeText).join('; '),
    hint === undefined ? '' : plain(hint),
  ];
}

const MATCHED: Readonly<Record<string, string>> = { error: 'the error message', stderr: 'standard error' };

function conditionText([key, value]: [key: string, value: unknown]): string {
  const matched = MATCHED[key];
  if (matched !== undefined) return `${matched} matches ${code(plain(value))}`;
  const values = Array.isArray(value) ? value : [value];
  return `${key.replace('_', ' ')} ${values.map((one) => code(plain(one))).join(' or ')}`;
}

function timeText([key, value]: [key: string, value: unknown]): string {
  return `${code(key)} ${wordsOf(value, ', else ')}`;
}
