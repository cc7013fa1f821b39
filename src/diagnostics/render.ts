import { type Diagnostic, formatPlace, type Place } from './diagnostic.js';
import type { Paint } from './paint.js';
import { visible } from './visible.js';
import { cut, widthOf } from './width.js';

const TAB = '    ';
/** Width of a shown source line; a longer line is cut around the place. */
const MAX_CELLS = 120;

/**
 * A finding as text: head, source line with carets, hint. `text` is the file's content; `null` leaves the
 * source line out. No newline at the end; control characters of the source never reach the terminal.
 */
export function renderDiagnostic(one: Diagnostic, text: string | null, paint: Paint): string {
  const place = one.place === null ? '' : `${paint.bold(visible(formatPlace(one.place)))}: `;
  const head = `${place}${paint[one.severity](`${one.severity}:`)} ${visible(one.message)} ${paint.dim(`[${one.code}]`)}`;
  const frame = one.place === null || text === null ? [] : frameOf(one.place, text, one.severity, paint);
  const notes = one.related.map(
    ({ place: at, message }) => `${paint.info('note:')} ${visible(formatPlace(at))}: ${visible(message)}`,
  );
  const hint = one.hint === null ? [] : [`${paint.hint('hint:')} ${visible(one.hint)}`];
  return [head, ...frame, ...notes, ...hint].join('\n');
}

function frameOf(place: Place, text: string, severity: Diagnostic['severity'], paint: Paint): string[] {
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/)[place.line - 1];
  if (line === undefined) return [];
  const number = String(place.line).padStart(3);
  const bar = paint.dim(`${' '.repeat(number.length)} |`);
  const { source, carets } = underline([...line], place);
  return [
    bar,
    `${paint.dim(`${number} |`)} ${source}`.trimEnd(),
    `${bar} ${carets.before}${paint[severity](carets.marks)}`,
  ];
}

/** The line as shown and the carets under the place; a place over several lines is marked to the end of its first. */
function underline(chars: readonly string[], place: Place) {
  const from = Math.min(place.column - 1, chars.length);
  const to = place.endLine > place.line ? chars.length : Math.min(place.endColumn - 1, chars.length);
  const start = windowStart(chars, from);
  const lead = start > 0 ? '…' : '';
  const before = lead + shown(chars.slice(start, from));
  const marked = shown(chars.slice(from, to));
  const source = cut(before + marked + shown(chars.slice(to)), MAX_CELLS + '…'.length);
  const room = widthOf(source) - widthOf(before);
  const marks = Math.max(1, Math.min(widthOf(marked), room));
  return { source, carets: { before: ' '.repeat(widthOf(before)), marks: '^'.repeat(marks) } };
}

function windowStart(chars: readonly string[], from: number): number {
  return widthOf(shown(chars)) > MAX_CELLS && from > MAX_CELLS / 2 ? from - MAX_CELLS / 2 : 0;
}

function shown(chars: readonly string[]): string {
  return chars.map((char) => (char === '\t' ? TAB : visible(char))).join('');
}
