import { type Diagnostic, formatPlace } from '../diagnostics/diagnostic.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { type Faults, faultsAt, withoutValues } from './faults.js';
import { type Layer, type Merged, mergeLayers } from './layers.js';
import { oldFormat } from './old-format.js';
import { RULES } from './rules/index.js';
import checkSchema from './schema-check.generated.js';
import { type SchemaError, type SchemaFindings, schemaFindings } from './schema-findings.js';
import type { ConfigSource } from './source.js';

/** The generated function: `false` with its errors beside it. */
const fitsSchema = checkSchema as unknown as ((value: unknown) => boolean) & {
  errors?: SchemaError[] | null;
};

/** A config whose text was checked. */
export interface CheckedConfig {
  /** Everything that was found, sorted by place. */
  diagnostics: Diagnostic[];
  /** All layers as one tree, whatever is wrong with it. */
  merged: Merged;
  faults: Faults;
  /** The tree without the values that break the schema; `null`: a file is missing or of an old format, so any name may be missing. */
  usable: Merged | null;
}

/**
 * Checks layers, weakest first: the shape of each file, then the text of all of them merged. Everything is found at once. With
 * `isComplete: false` (a file could not be read) only shapes are checked. `own` is the user's own config where it is no layer: its
 * limits hold all the same.
 */
export function checkConfig(
  layers: readonly Layer[],
  { isComplete, own = null }: { isComplete: boolean; own?: Layer | null } = { isComplete: true },
): CheckedConfig {
  const merged = own === null ? mergeLayers(layers) : mergeLayers(layers, own);
  const all = own === null ? layers : [...layers, own];
  const shapes = all.flatMap((layer) => layer.sources).map(shapeOf);
  const faults = faultsAt(shapes.flatMap((shape) => shape.doubtful));
  const isUsable = isComplete && shapes.every((shape) => !shape.isOld);
  const inText = isUsable ? RULES.flatMap((rule) => rule.check({ merged, faults })) : [];
  const unusable = shapes.flatMap((shape) => shape.unusable);
  return {
    diagnostics: distinct([...shapes.flatMap((shape) => shape.diagnostics), ...inText]),
    merged,
    faults,
    usable: isUsable ? { ...merged, value: withoutValues(merged.value, unusable) } : null,
  };
}

/** The mistakes of one file alone. */
function shapeOf(source: ConfigSource): SchemaFindings & { isOld: boolean } {
  const old = oldFormat(source);
  if (old !== null) return { diagnostics: [old], doubtful: [], unusable: [], isOld: true };
  const errors = fitsSchema(source.value) ? [] : (fitsSchema.errors ?? []);
  return { ...schemaFindings(source, errors), isOld: false };
}

/** Sorts findings by place. One mistake that is also reached through aliases is one finding, with every alias beside it. */
export function distinct(list: readonly Diagnostic[]): Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>();
  for (const one of list) {
    const key = `${one.code} ${one.place === null ? '' : formatPlace(one.place)}`;
    const kept = groups.get(key) ?? [];
    groups.set(key, kept);
    const index = kept.findIndex((first) => isSame(first, one));
    const first = kept[index];
    if (first === undefined) kept.push(one);
    else kept[index] = { ...first, related: [...first.related, ...one.related] };
  }
  return sortDiagnostics([...groups.values()].flat());
}

function isSame(first: Diagnostic, one: Diagnostic): boolean {
  if (first.code !== one.code || first.place === null || one.place === null) return false;
  if (formatPlace(first.place) !== formatPlace(one.place)) return false;
  const isThroughAlias = first.related.length + one.related.length > 0 && one.code !== 'config/missing-key';
  return first.message === one.message || isThroughAlias;
}
