import { finding } from '../finding.js';
import { ANY_TOOL, kindOfTool, TOOL } from '../keys/tools.js';
import { entries, type Rule } from './rule.js';

/** A key that only another kind of tool has: it would be ignored. */
export const keyOfOtherKind: Rule = {
  code: 'config/unknown-key',
  check(context) {
    return entries(context, 'tools').flatMap(({ name, entry, path }) => {
      const kind = kindOfTool(entry.kind);
      if (context.faults.isDoubtful([...path, 'kind'])) return [];
      return Object.keys(entry)
        .filter((key) => Object.hasOwn(ANY_TOOL, key) && !Object.hasOwn(TOOL[kind], key))
        .map((key) => {
          const message = `\`${key}\` has no meaning in tool \`${name}\` of kind \`${kind}\``;
          return finding(context, { code: this.code, path: [...path, key], what: 'key', message });
        });
    });
  },
};
