import { type Diagnostic, formatPlace } from '../diagnostics/diagnostic.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { type Layer, type Merged, mergeLayers } from './layers.js';
import { oldFormat } from './old-format.js';
import { candidatesOf } from './rules/candidates.js';
import { catalogueOf } from './rules/catalogue.js';
import { RULES } from './rules/index.js';
import { referencesOf } from './rules/references.js';
import type { RuleContext } from './rules/rule.js';
import checkSchema from './schema-check.generated.js';
import { type SchemaError, type SchemaFindings, schemaFindings } from './schema-findings.js';
import type { ConfigSource } from './source.js';
import type { Path } from './tree.js';

/** The generated function: `false` with its errors beside it. */
const fitsSchema = checkSchema as unknown as ((value: unknown) => boolean) & {
  errors?: SchemaError[] | null;
};

/**
 * Checks layers, weakest first: the shape of each file, then rules over all of them merged. Everything is found at once,
 * sorted by place. With `isComplete: false` (a file could not be read) only shapes are checked, since any name may be missing.
 * Variables are looked at only with `env`.
 */
export function checkConfig(
  layers: readonly Layer[],
  { isComplete, env }: { isComplete: boolean; env?: RuleContext['env'] } = { isComplete: true },
): { diagnostics: Diagnostic[]; merged: Merged } {
  const merged = mergeLayers(layers);
  const shapes = layers.flatMap((layer) => layer.sources).map(shapeOf);
  const doubtful = shapes.flatMap((shape) => shape.doubtful);
  const catalogue = catalogueOf(merged.value);
  const context: RuleContext = {
    merged,
    catalogue,
    candidates: candidatesOf(merged, catalogue),
    env: env ?? null,
    references: referencesOf(merged, catalogue),
    isDoubtful: (path) => doubtful.some((one) => startsWith(path, one)),
    hasFaultInside: (path) => doubtful.some((one) => startsWith(one, path)),
  };
  const isCurrent = shapes.every((shape) => !shape.isOld);
  const ruled = isComplete && isCurrent ? RULES.flatMap((rule) => rule.check(context)) : [];
  const all = [...shapes.flatMap((shape) => shape.diagnostics), ...ruled];
  return { merged, diagnostics: sortDiagnostics(withoutRepeats(all)) };
}

/** What can be said of one file alone. */
function shapeOf(source: ConfigSource): SchemaFindings & { isOld: boolean } {
  const old = oldFormat(source);
  if (old !== null) return { diagnostics: [old], doubtful: [], isOld: true };
  const errors = fitsSchema(source.value) ? [] : (fitsSchema.errors ?? []);
  return { ...schemaFindings(source, errors), isOld: false };
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
