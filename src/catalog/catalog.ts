import type { Layer } from '../config/layers.js';
import type { Path } from '../config/tree.js';
import type { Place } from '../diagnostics/diagnostic.js';
import { BUILT_IN as GENERATED } from './builtin.generated.js';

export { TEMPLATES } from './templates.generated.js';

/** The generated form of `templates/tools/*.yaml` and `templates/models.yaml`. */
export interface BuiltIn {
  value: Record<string, unknown>;
  files: string[];
  /** By path (keys joined with spaces): index of the file, line, column, end line, end column. */
  places: Record<string, number[]>;
}

const BUILT_IN: BuiltIn = GENERATED;

/** Depth to which places are kept: `tools`, `claude-code`, `models`. */
const DEPTH = 3;

/** The weakest layer: built-in tools, models and tiers. Deeper values have the place of the enclosing key. */
export function builtInLayer(): Layer {
  return {
    name: 'built-in',
    value: BUILT_IN.value,
    sources: [],
    place: (path) => (has(BUILT_IN.value, path) ? nearestPlace(path.slice(0, DEPTH)) : null),
    aliasOf: () => null,
  };
}

function has(root: unknown, path: Path): boolean {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

/** Items of lists have the place of the list. */
function nearestPlace(path: Path): Place | null {
  return path.length === 0 ? null : (placeOf(path) ?? nearestPlace(path.slice(0, -1)));
}

function placeOf(path: Path): Place | null {
  const [index, line, column, endLine, endColumn] = BUILT_IN.places[path.join(' ')] ?? [];
  const file = BUILT_IN.files[index ?? -1];
  if (file === undefined || line === undefined || column === undefined) return null;
  return { file, line, column, endLine: endLine ?? line, endColumn: endColumn ?? column };
}
