import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { finding } from '../finding.js';
import { child, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { statedValues } from './stated-values.js';

const CODE = 'config/invalid-value';

/** Texts that cannot be read as what they must be, such as durations, and keys that exclude each other. */
export const invalidValue: Rule = {
  code: CODE,
  check: (context) => [
    ...statedValues(context).flatMap(({ path, value, key }) =>
      typeof value === 'string' ? unusable(context, path, key.definition.check?.(value) ?? null) : [],
    ),
    ...both(context, 'tools', ['command_template', 'args']),
    ...both(context, 'agents', ['system', 'system_file']),
  ],
};

function unusable(context: RuleContext, path: Path, trouble: string | null): Diagnostic[] {
  if (trouble === null || context.faults.isDoubtful(path)) return [];
  return [
    finding(context, { code: CODE, path, message: `${describePath(path)} cannot be used: ${trouble}` }),
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
