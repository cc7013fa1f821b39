import type { Diagnostic } from './diagnostic.js';

/** By file, line and column; findings without a place come first, equal places keep their order. */
export function sortDiagnostics(list: readonly Diagnostic[]): Diagnostic[] {
  return [...list].sort(compare);
}

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.place === null || b.place === null) return Number(b.place === null) - Number(a.place === null);
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}
