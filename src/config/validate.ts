import { type Diagnostic, formatPlace } from '../diagnostics/diagnostic.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { type Layer, type Merged, mergeLayers } from './layers.js';
import { RULES } from './rules/index.js';
import { referencesOf } from './rules/references.js';
import type { RuleContext } from './rules/rule.js';
import checkSchema from './schema-check.generated.js';
import { type SchemaError, schemaFindings } from './schema-findings.js';
import type { Path } from './tree.js';

/** The generated function: `false` with its errors beside it. */
const fitsSchema = checkSchema as unknown as ((value: unknown) => boolean) & {
  errors?: SchemaError[] | null;
};

/**
 * Checks layers, weakest first: the shape of each file, then rules over all of them merged. Everything is found at once,
 * sorted by place. With `isComplete: false` (a file could not be read) only shapes are checked, since any name may be missing.
 */
export function checkConfig(
  layers: readonly Layer[],
  { isComplete }: { isComplete: boolean } = { isComplete: true },
): { diagnostics: Diagnostic[]; merged: Merged } {
  const merged = mergeLayers(layers);
  const shapes = layers
    .flatMap((layer) => layer.sources)
    .map((source) => schemaFindings(source, fitsSchema(source.value) ? [] : (fitsSchema.errors ?? [])));
  const doubtful = shapes.flatMap((shape) => shape.doubtful);
  const context: RuleContext = {
    merged,
    references: referencesOf(merged),
    isDoubtful: (path) => doubtful.some((one) => startsWith(path, one)),
    hasFaultInside: (path) => doubtful.some((one) => startsWith(one, path)),
  };
  const ruled = isComplete ? RULES.flatMap((rule) => rule.check(context)) : [];
  const all = [...shapes.flatMap((shape) => shape.diagnostics), ...ruled];
  return { merged, diagnostics: sortDiagnostics(withoutRepeats(all)) };
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => path[index] === step);
}

/** One mistake that is also reached through aliases is one finding, with every alias beside it. */
function withoutRepeats(list: readonly Diagnostic[]): Diagnostic[] {
  const kept: Diagnostic[] = [];
  for (const one of list) {
    const index = kept.findIndex((first) => isSame(first, one));
    const first = kept[index];
    if (first === undefined) kept.push(one);
    else kept[index] = { ...first, related: [...first.related, ...one.related] };
  }
  return kept;
}

function isSame(first: Diagnostic, one: Diagnostic): boolean {
  if (first.code !== one.code || first.place === null || one.place === null) return false;
  if (formatPlace(first.place) !== formatPlace(one.place)) return false;
  const isThroughAlias = first.related.length + one.related.length > 0 && one.code !== 'config/missing-key';
  return first.message === one.message || isThroughAlias;
}
