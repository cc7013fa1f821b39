import type { Layer, ResolvedEntries } from '../config/layers.js';
import { at, type Path, type Tree } from '../config/tree.js';
import { PLACES, RESOLVED, VALUE } from './built-in.generated.js';
import { layerOfBuiltIn, type Places } from './built-in.js';

export { TEMPLATES } from './templates.generated.js';

let places: Places | null = null;

/** The weakest layer: built-in tools, models and tiers, resolved by the build. A text that is parsed loads sooner than code. */
export function builtInLayer(): Layer {
  return layerOfBuiltIn({
    value: JSON.parse(VALUE) as Tree,
    places: () => {
      places ??= JSON.parse(PLACES) as Places;
      return places;
    },
    resolved: resolvedEntries(),
  });
}

/** Maps with names of the user's choice inherit nothing, which JSON cannot say. */
function resolvedEntries(): ResolvedEntries {
  const { entries, bare } = JSON.parse(RESOLVED) as { entries: ResolvedEntries; bare: Path[] };
  for (const path of bare) Object.setPrototypeOf(at(entries, path), null);
  return entries;
}
