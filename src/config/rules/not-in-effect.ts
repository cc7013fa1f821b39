import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { finding, isOwn } from '../finding.js';
import type { Path } from '../tree.js';
import { describePath } from '../words.js';
import type { Rule, RuleContext } from './rule.js';
import { statedValues } from './stated-values.js';

const CODE = 'config/not-in-effect';

/** A key that is checked but not followed yet. */
export const notInEffect: Rule = {
  code: CODE,
  check: (context) =>
    statedValues(context).flatMap(({ path, key }) =>
      key.definition.isInEffect === false ? ignoredKey(context, path) : [],
    ),
};

function ignoredKey(context: RuleContext, path: Path): Diagnostic[] {
  if (!isOwn(context, path) || context.faults.isDoubtful(path)) return [];
  const message = `${describePath(path)} is not in effect in this version`;
  const hint = 'it is checked and otherwise ignored';
  return [finding(context, { code: CODE, path, what: 'key', message, hint })];
}
