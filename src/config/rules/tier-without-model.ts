import { TIERS } from '../../domain/request.js';
import { at, itemsOf } from '../tree.js';
import { finding, isOwn, type Rule } from './rule.js';

/** A tier that names no model, or only models that no tool lists: `--tier` could never find one. */
export const tierWithoutModel: Rule = {
  code: 'config/tier-without-model',
  check(context) {
    const { catalogue, merged } = context;
    if (context.hasFaultInside(['tools'])) return [];
    return TIERS.flatMap((tier) => {
      const path = ['tiers', tier];
      const value = at(merged.value, path);
      if (value === undefined || !isOwn(context, path) || context.isDoubtful(path)) return [];
      const models = itemsOf(value).map(({ item }) => String(item));
      const isUnknown = models.some(
        (model) => !catalogue.isKnown(model) && !catalogue.hasTool(prefix(model)),
      );
      if (isUnknown || models.some((model) => canRun(catalogue, model))) return [];
      const [message, hint] =
        models.length === 0
          ? [`tier \`${tier}\` names no model`, 'name one, or leave the tier out']
          : [`no tool lists a model of tier \`${tier}\``, 'add one to the `models` of a tool'];
      return [finding(context, { code: this.code, path, what: 'key', message, hint })];
    });
  },
};

function canRun(
  catalogue: { listing(model: string): readonly string[]; hasTool(name: string): boolean },
  model: string,
): boolean {
  return catalogue.listing(model).length > 0 || catalogue.hasTool(prefix(model));
}

function prefix(entry: string): string {
  return entry.slice(0, Math.max(0, entry.indexOf(':')));
}
