import { TIERS, type Tier } from '../domain/request.js';
import type { Merged } from './layers.js';
import { child, entriesOf, itemsOf, type Path } from './tree.js';

/** A model of a tier, and where it is said to be one: an item of `tiers`, or the `tier` of the model. */
export interface TierModel {
  name: string;
  path: Path;
}

/**
 * The models of every tier: those that a list of the user names; without one, first the user's models that state the tier, then the
 * built-in list without the models to which the user gave another tier.
 */
export function modelsByTier(merged: Merged): Record<Tier, TierModel[]> {
  const isBuiltIn = (path: Path): boolean => merged.layerOf(path)?.name === 'built-in';
  const stated = entriesOf(merged.value.models).flatMap(([name, model]) => {
    const path = ['models', name, 'tier'];
    const tier = child(model, 'tier');
    return tier === undefined || isBuiltIn(path) ? [] : [{ name, path, tier }];
  });
  const inTier = (tier: Tier): TierModel[] => {
    const path = ['tiers', tier];
    const listed = itemsOf(child(merged.value.tiers, tier)).flatMap(({ item: name, step }) =>
      typeof name === 'string' ? [{ name, path: [...path, ...step] }] : [],
    );
    const own = stated.filter((model) => model.tier === tier).map(({ name, path }) => ({ name, path }));
    const moved = new Set(stated.filter((model) => model.tier !== tier).map(({ name }) => name));
    if (!isBuiltIn(path)) return listed;
    const models = [...own, ...listed.filter(({ name }) => !moved.has(name))];
    return models.filter((model, index) => models.findIndex(({ name }) => name === model.name) === index);
  };
  return Object.fromEntries(TIERS.map((tier) => [tier, inTier(tier)])) as Record<Tier, TierModel[]>;
}
