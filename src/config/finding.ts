import { type Code, diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Fix, Place, Related, Severity } from '../diagnostics/diagnostic.js';
import { replacement } from '../diagnostics/fix.js';
import { placedText } from '../diagnostics/placed-text.js';
import type { Merged } from './layers.js';
import { at, type Path } from './tree.js';

/** A rule's finding about the value (or key) at a path. */
export interface About {
  code: Code;
  path: Path;
  message: string;
  hint?: string | null;
  what?: 'key' | 'value';
  /** Part of the value that is meant, when it can be found in the source line. */
  part?: string;
  /** The certain replacement of `word`; `to: null` or absent: none is certain. */
  correction?: { word: string; to: string | null };
  severity?: Severity;
  related?: readonly Related[];
}

/** A finding with its place, and the alias through which the path leads there. */
export function finding({ merged }: { merged: Merged }, about: About): Diagnostic {
  const whole = placeNear(merged, about.path, about.what ?? 'value');
  const alias = merged.aliasOf(about.path);
  const throughAlias = alias === null ? [] : [{ place: alias, message: 'reached through this alias' }];
  return diagnostic(about.code, about.message, {
    place: whole === null || about.part === undefined ? whole : narrowed(whole, about.part, merged),
    hint: about.hint ?? null,
    related: [...(about.related ?? []), ...throughAlias],
    fix: whole === null || alias !== null ? null : correction(merged, whole, about.correction),
    ...(about.severity === undefined ? {} : { severity: about.severity }),
  });
}

/** Where a value is written, as a note beside a finding; none for a value that is in no file. */
export function relatedTo({ merged }: { merged: Merged }, path: Path, message: string): Related[] {
  const place = merged.place(path, 'value');
  return place === null ? [] : [{ place, message }];
}

/** Whether the value at a path was written by the user, and not by the built-in catalogue. */
export function isOwn({ merged }: { merged: Merged }, path: Path): boolean {
  const layer = merged.layerOf(path);
  return layer !== null && layer.name !== 'built-in';
}

/** Whether a file of the user states something about the entry at a path, alone or over the built-in one. */
export function isMentioned(merged: Merged, path: Path): boolean {
  const layers = merged.own === null ? merged.layers : [...merged.layers, merged.own];
  return layers.some((layer) => layer.sources.length > 0 && at(layer.value, path) !== undefined);
}

function correction(merged: Merged, whole: Place, wanted: About['correction']): Fix | null {
  if (wanted === undefined || wanted.to === null) return null;
  const place = narrowed(whole, wanted.word, merged);
  return replacement(merged.textOf(whole.file), { place, from: wanted.word, to: wanted.to });
}

function placeNear(merged: Merged, path: Path, what: 'key' | 'value'): Place | null {
  const place = merged.place(path, what);
  if (place !== null || path.length === 0) return place;
  return placeNear(merged, path.slice(0, -1), 'key');
}

function narrowed(whole: Place, part: string, merged: Merged): Place {
  const text = merged.textOf(whole.file);
  const places = text === null ? null : placedText(text);
  const span = places?.span(whole) ?? null;
  if (text === null || places === null || span === null || whole.endLine !== whole.line) return whole;
  const found = text.slice(...span).indexOf(part);
  if (found === -1) return whole;
  const { column } = places.position(span[0] + found);
  return { ...whole, column, endColumn: column + [...part].length };
}
