import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import { mergeTrees } from './merge.js';
import type { ConfigSource } from './source.js';
import { entriesOf, isTree, type Path, type Tree } from './tree.js';

export type LayerName = 'built-in' | 'user' | 'project' | 'explicit';

/** One origin of configuration, whose values know where they were written. */
export interface Layer {
  name: LayerName;
  value: Tree;
  /** The files it came from; empty for the built-in layer. */
  sources: readonly ConfigSource[];
  /** Where the key or value at a path was written; `null` when it is not in this layer. */
  place(path: Path, what: 'key' | 'value'): Place | null;
  /** The alias through which the path leads, if it leads through one. */
  aliasOf(path: Path): Place | null;
}

/** All layers as one tree; every path remembers the layer that supplied it. */
export interface Merged {
  value: Tree;
  /** Weakest first. */
  layers: readonly Layer[];
  place(path: Path, what: 'key' | 'value'): Place | null;
  aliasOf(path: Path): Place | null;
  /** The layer whose value holds at a path. */
  layerOf(path: Path): Layer | null;
  /** The text that a place refers to; `null` when it is in no file of the user. */
  textOf(file: string): string | null;
}

/** Makes one layer of the files of one place; an entry in two of them is a finding, and the first holds. */
export function layerOf(
  name: LayerName,
  sources: readonly ConfigSource[],
): { layer: Layer; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const value = sources.reduce<Tree>((tree, source) => {
    const { kept, clashes } = unite(tree, source.value);
    diagnostics.push(...clashes.map((path) => twice(path, source, sources)));
    return kept;
  }, {});
  const layer: Layer = {
    name,
    value,
    sources,
    place: (path, what) => firstOf(sources, (source) => source.place(path, what)),
    aliasOf: (path) =>
      firstOf(sources, (source) => (source.place(path, 'value') ? source.aliasOf(path) : null)),
  };
  return { layer, diagnostics };
}

/** Merges layers, weakest first: maps field by field, lists and scalars replaced by the stronger layer. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const strongestFirst = [...layers].reverse();
  const layerAt = (path: Path) => strongestFirst.find((layer) => layer.place(path, 'value') !== null) ?? null;
  const texts = new Map(layers.flatMap((layer) => layer.sources.map((source) => [source.file, source.text])));
  return {
    value: layers.reduce<Tree>((tree, layer) => mergeTrees(tree, layer.value), {}),
    layers,
    place: (path, what) =>
      firstOf(strongestFirst, (layer) => {
        const value = layer.place(path, 'value');
        return value === null || what === 'value' ? value : layer.place(path, 'key');
      }),
    aliasOf: (path) => layerAt(path)?.aliasOf(path) ?? null,
    layerOf: layerAt,
    textOf: (file) => texts.get(file) ?? null,
  };
}

function firstOf<T, R>(list: readonly T[], find: (one: T) => R | null): R | null {
  for (const one of list) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}

/** Adds a file to those before it. Each may have `version`, which is always the same. */
function unite(tree: Tree, added: unknown): { kept: Tree; clashes: Path[] } {
  const kept: Record<string, unknown> = { ...tree };
  const clashes: Path[] = [];
  for (const [key, value] of entriesOf(added)) {
    const before = kept[key];
    if (!Object.hasOwn(kept, key) || before === null) define(kept, key, value);
    else if (isTree(before) && isTree(value)) {
      clashes.push(
        ...Object.keys(value).flatMap((name) => (Object.hasOwn(before, name) ? [[key, name]] : [])),
      );
      define(kept, key, { ...before, ...value, ...before });
    } else if (key !== 'version' && value !== null) clashes.push([key]);
  }
  return { kept, clashes };
}

/** Sets an own property even when its name is `__proto__`. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function twice(path: Path, source: ConfigSource, sources: readonly ConfigSource[]): Diagnostic {
  const first = firstOf(sources, (one) => (one === source ? null : one.place(path, 'key')));
  return diagnostic('config/entry-in-two-files', `\`${path.join('.')}\` is defined in two files`, {
    place: source.place(path, 'key'),
    related: first === null ? [] : [{ place: first, message: 'first defined here' }],
    hint: 'keep one of the two',
  });
}
