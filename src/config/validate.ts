import { diagnostic } from '../diagnostics/codes.js';
import { type Diagnostic, formatPlace } from '../diagnostics/diagnostic.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { checkedBy, MAX_FINDINGS } from './bounded-findings.js';
import { type Faults, faultsAt, withoutValues } from './faults.js';
import { type Layer, type Merged, mergeLayers } from './layers.js';
import { oldFormat } from './old-format.js';
import { RULES } from './rules/index.js';
import checkSchema from './schema-check.generated.js';
import { type SchemaError, type SchemaFindings, schemaFindings } from './schema-findings.js';
import type { ConfigSource } from './source.js';
import { MAX_VALUES, valuesFinding } from './syntax.js';

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
  const sources = all.flatMap((layer) => layer.sources);
  const isTooLarge = sources.reduce((sum, { size }) => sum + size, 0) > MAX_VALUES;
  const shapes = isTooLarge ? [] : shapesOf(sources);
  const faults = faultsAt(shapes.flatMap((shape) => shape.doubtful));
  const isUsable = isComplete && !isTooLarge && shapes.every((shape) => shape.isUsable);
  const inText = isUsable ? checkedBy(RULES, { merged, faults }) : [];
  const unusable = shapes.flatMap((shape) => shape.unusable);
  return {
    diagnostics: distinct([
      ...(isTooLarge ? [valuesFinding('the files of this config hold', null)] : []),
      ...shapes.flatMap((shape) => shape.diagnostics),
      ...inText,
    ]),
    merged,
    faults,
    usable: isUsable ? { ...merged, value: withoutValues(merged.value, unusable) } : null,
  };
}

/** The mistakes of one file alone. */
interface Shape extends SchemaFindings {
  /** False: so much is unknown or wrong that its entries cannot be judged. */
  isUsable: boolean;
}

function shapesOf(sources: readonly ConfigSource[]): Shape[] {
  let room = MAX_FINDINGS;
  return sources.map((source) => {
    const shape = shapeOf(source, room);
    room = Math.max(0, room - shape.diagnostics.length);
    return shape;
  });
}

function shapeOf(source: ConfigSource, room: number): Shape {
  const old = oldFormat(source);
  if (old !== null) return { diagnostics: [old], doubtful: [], unusable: [], isUsable: false };
  const errors = fitsSchema(source.value) ? [] : (fitsSchema.errors ?? []);
  const found = schemaFindings(source, errors.slice(0, room));
  const rest = errors.length - room;
  return rest <= 0
    ? { ...found, isUsable: true }
    : { ...found, diagnostics: [...found.diagnostics, tooMany(source, rest)], isUsable: false };
}

function tooMany({ file }: ConfigSource, rest: number): Diagnostic {
  return diagnostic(
    'config/too-many-findings',
    `\`${file}\` has ${rest} more mistakes, which are not listed`,
    {
      place: null,
      hint: 'mend those that are listed, and check it again',
    },
  );
}

/** Sorts findings by place. One mistake that is also reached through aliases is one finding, with every alias beside it. */
export function distinct(list: readonly Diagnostic[]): Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>();
  for (const one of list) {
    const key = `${one.code} ${one.place === null ? '' : formatPlace(one.place)}`;
    const kept = groups.get(key) ?? [];
    groups.set(key, kept);
    const first = kept.find((same) => isSame(same, one));
    if (first === undefined) kept.push({ ...one, related: [...one.related] });
    else first.related.push(...one.related);
  }
  return sortDiagnostics([...groups.values()].flat());
}

function isSame(first: Diagnostic, one: Diagnostic): boolean {
  if (first.code !== one.code || first.place === null || one.place === null) return false;
  if (formatPlace(first.place) !== formatPlace(one.place)) return false;
  const isThroughAlias = first.related.length + one.related.length > 0 && one.code !== 'config/missing-key';
  return first.message === one.message || isThroughAlias;
}
