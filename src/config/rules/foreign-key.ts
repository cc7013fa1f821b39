import { KEYS_OF_KIND } from '../schema/tools.js';
import { entries, finding, type Rule } from './rule.js';

/** A key that only another kind of tool has: it would be ignored. */
export const foreignKey: Rule = {
  code: 'config/unknown-key',
  check(context) {
    return entries(context, 'tools').flatMap(({ name, entry, path }) => {
      const kind = entry.kind === 'mock' || entry.kind === 'http' ? entry.kind : 'command';
      if (context.isDoubtful([...path, 'kind'])) return [];
      const foreign = Object.values(KEYS_OF_KIND)
        .flat()
        .filter((key) => !KEYS_OF_KIND[kind].includes(key));
      return Object.keys(entry)
        .filter((key) => foreign.includes(key))
        .map((key) => {
          const message = `\`${key}\` has no meaning in tool \`${name}\` of kind \`${kind}\``;
          return finding(context, { code: this.code, path: [...path, key], what: 'key', message });
        });
    });
  },
};
