import type { Merged } from '../config/layers.js';
import { at, type Path } from '../config/tree.js';

/** The path of an item of a list that may also be written as a single value. */
export function itemPath(merged: Merged, list: Path, index: number): Path {
  return Array.isArray(at(merged.value, list)) ? [...list, index] : list;
}
