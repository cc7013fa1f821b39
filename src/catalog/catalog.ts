import type { Layer, ResolvedEntries } from '../config/layers.js';
import { fromPlainJson, type PlainJson } from '../config/plain-json.js';
import type { Tree } from '../config/tree.js';
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

function resolvedEntries(): ResolvedEntries {
  return fromPlainJson(JSON.parse(RESOLVED) as PlainJson) as ResolvedEntries;
}
