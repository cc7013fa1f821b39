import type { Related } from '../diagnostics/diagnostic.js';

/** A note beside a finding at a place that the resolved config knows as `file:line:column`. */
export function noteAt(at: string | null, message: string): Related[] {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/s.exec(at ?? '') ?? [];
  if (file === undefined) return [];
  const start = { line: Number(line), column: Number(column) };
  return [{ place: { file, ...start, endLine: start.line, endColumn: start.column }, message }];
}
