import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import { applyFloors, type Held } from './floors.js';
import { mergeTrees } from './merge.js';
import type { ConfigSource } from './source.js';
import { at, canonicalJson, entriesOf, isTree, type Path, type Tree } from './tree.js';
import type { ModelConfig, ToolConfig } from './types.js';

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
  /** Its entries as they resolve when no other layer changes them, where that is known beforehand. */
  resolved?: ResolvedEntries;
}

/** The resolved entries of a layer, by name. */
export interface ResolvedEntries {
  tools: Readonly<Record<string, ToolConfig>>;
  models: Readonly<Record<string, ModelConfig>>;
}

/** All layers as one tree; every path remembers the layer that supplied it. */
export interface Merged {
  value: Tree;
  /** Weakest first. */
  layers: readonly Layer[];
  /** The user's own config, whose limits hold, even where it is not one of the layers. */
  own: Layer | null;
  /** What the user's own config holds against stronger layers. */
  held: readonly Held[];
  place(path: Path, what: 'key' | 'value'): Place | null;
  aliasOf(path: Path): Place | null;
  /** The layer whose value holds at a path; of a list to which two contribute, the stronger. */
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

/**
 * Merges layers, weakest first: maps field by field, lists and scalars replaced by the stronger layer, as far as the limits of the
 * user's own config allow. `own` is that config where it is not one of the layers.
 */
export function mergeLayers(layers: readonly Layer[], own: Layer | null = userLayerOf(layers)): Merged {
  const strongestFirst = [...layers].reverse();
  const written = layers.reduce<Tree>((tree, layer) => mergeTrees(tree, layer.value), {});
  const over = layers.filter(({ name }) => name === 'project' || name === 'explicit');
  const { value, held } =
    own === null || over.length === 0
      ? { value: written, held: [] }
      : applyFloors(
          written,
          own.value,
          over.reduce<Tree>((tree, one) => mergeTrees(tree, one.value), {}),
        );
  const originOf = origins(held, own, strongestFirst);
  const layerAt = (path: Path) => {
    const origin = originOf(path);
    return origin.layers.find((layer) => layer.place(origin.path, 'value') !== null) ?? null;
  };
  const all = own === null ? layers : [...layers, own];
  const texts = new Map(all.flatMap((layer) => layer.sources.map((source) => [source.file, source.text])));
  return {
    value,
    layers,
    own,
    held,
    place: (path, what) => {
      const origin = originOf(path);
      return firstOf(origin.layers, (layer) => {
        const place = layer.place(origin.path, 'value');
        return place === null || what === 'value' ? place : layer.place(origin.path, 'key');
      });
    },
    aliasOf: (path) => layerAt(path)?.aliasOf(originOf(path).path) ?? null,
    layerOf: layerAt,
    textOf: (file) => texts.get(file) ?? null,
  };
}

function userLayerOf(layers: readonly Layer[]): Layer | null {
  return layers.find(({ name }) => name === 'user') ?? null;
}

/** Where a value was written: the layers that may hold it, strongest first, and the path there. */
interface Origin {
  layers: readonly Layer[];
  path: Path;
}

/** Finds where values were written, also those that a limit of the user's own config put in their place. */
function origins(held: readonly Held[], own: Layer | null, layers: readonly Layer[]): (path: Path) => Origin {
  if (held.length === 0 || own === null) return (path) => ({ layers, path });
  const moved = new Map<string, Origin>();
  for (const { path, ownPath, items } of held) {
    const from = { own: { layers: [own], path: ownPath }, asked: { layers, path } };
    if (items === null) moved.set(canonicalJson(path), from.own);
    for (const [index, item] of (items ?? []).entries()) {
      const origin = from[item.from];
      moved.set(canonicalJson([...path, index]), { ...origin, path: [...origin.path, ...item.step] });
    }
  }
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const origin = moved.get(canonicalJson(path.slice(0, length)));
      if (origin !== undefined) return { ...origin, path: [...origin.path, ...path.slice(length)] };
    }
    return { layers, path };
  };
}

/** The entry of a layer that knows it resolved, unless another layer has changed it: merging keeps what is not changed as it is. */
export function unchangedEntry<S extends keyof ResolvedEntries>(
  { value, layers }: Merged,
  section: S,
  name: string,
): ResolvedEntries[S][string] | null {
  const entry = at(value, [section, name]);
  const layer = layers.find((one) => one.resolved && at(one.value, [section, name]) === entry);
  const entries: ResolvedEntries[S] | undefined = layer?.resolved?.[section];
  return (entries?.[name] as ResolvedEntries[S][string] | undefined) ?? null;
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
