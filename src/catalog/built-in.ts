import type { Layer, ResolvedEntries } from '../config/layers.js';
import { isTree, type Path, type Tree } from '../config/tree.js';
import type { Place } from '../diagnostics/diagnostic.js';

/** The generated form of `templates/tools/*.yaml` and `templates/models.yaml`. */
export interface BuiltIn {
  value: Tree;
  places(): Places;
  /** Absent while the build resolves them. */
  resolved?: ResolvedEntries;
}

/** Where the keys of the built-in files stand. */
export interface Places {
  files: readonly string[];
  /** By path (keys joined with spaces): index of the file, line, column, end line, end column. */
  places: Readonly<Record<string, readonly number[]>>;
}

/** Depth to which places are kept: `tools`, `claude-code`, `models`. */
export const PLACE_DEPTH = 3;

/** The weakest layer: built-in tools, models and tiers. Deeper values have the place of the enclosing key. */
export function layerOfBuiltIn({ value, places, resolved }: BuiltIn): Layer {
  return {
    name: 'built-in',
    value,
    sources: [],
    place: (path) => (has(value, path) ? nearestPlace(places(), path.slice(0, PLACE_DEPTH)) : null),
    aliasOf: () => null,
    ...(resolved === undefined ? {} : { resolved }),
  };
}

function has(root: unknown, path: Path): boolean {
  let value = root;
  for (const step of path) {
    const isThere = Array.isArray(value) || isTree(value) ? Object.hasOwn(value, step) : false;
    if (!isThere) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

/** Items of lists have the place of the list. */
function nearestPlace(places: Places, path: Path): Place | null {
  return path.length === 0 ? null : (placeOf(places, path) ?? nearestPlace(places, path.slice(0, -1)));
}

function placeOf({ places, files }: Places, path: Path): Place | null {
  const [index, line, column, endLine, endColumn] = places[path.join(' ')] ?? [];
  const file = files[index ?? -1];
  if (file === undefined || line === undefined || column === undefined) return null;
  return { file, line, column, endLine: endLine ?? line, endColumn: endColumn ?? column };
}
