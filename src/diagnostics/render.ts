import { type Diagnostic, formatPlace, type Place } from './diagnostic.js';
import type { Paint } from './paint.js';
import { placedText } from './placed-text.js';
import { visible } from './visible.js';
import { cut, widthOf } from './width.js';

const TAB = '    ';
/** Other places that are shown beside a finding. */
const MAX_NOTES = 10;
/** Width of a shown source line; a longer line is cut around the place. */
const MAX_CELLS = 120;
/** Of a longer line only a part is looked at. */
const MAX_CHARS = 2000;

/**
 * A finding as text: head, source line with carets, hint. `text` is the file's content; `null` leaves the
 * source line out. No newline at the end; control characters of the source never reach the terminal.
 */
export function renderDiagnostic(one: Diagnostic, text: string | null, paint: Paint): string {
  const place = one.place === null ? '' : `${paint.bold(visible(formatPlace(one.place)))}: `;
  const head = `${place}${paint[one.severity](`${one.severity}:`)} ${visible(one.message)} ${paint.dim(`[${one.code}]`)}`;
  const frame = one.place === null || text === null ? [] : frameOf(one.place, text, one.severity, paint);
  const notes = one.related
    .slice(0, MAX_NOTES)
    .map(
      ({ place: at, message }) => `${paint.info('note:')} ${visible(formatPlace(at))}: ${visible(message)}`,
    );
  const others = one.related.length - notes.length;
  if (others > 0) notes.push(`${paint.info('note:')} and ${others} more`);
  const hint = one.hint === null ? [] : [`${paint.hint('hint:')} ${visible(one.hint)}`];
  return [head, ...frame, ...notes, ...hint].join('\n');
}

function frameOf(place: Place, text: string, severity: Diagnostic['severity'], paint: Paint): string[] {
  const found = partOfLine(place, text.replace(/^\uFEFF/, ''));
  if (found === null) return [];
  const number = String(place.line).padStart(3);
  const bar = paint.dim(`${' '.repeat(number.length)} |`);
  const { source, carets } = underline(found);
  return [
    bar,
    `${paint.dim(`${number} |`)} ${source}`.trimEnd(),
    `${bar} ${carets.before}${paint[severity](carets.marks)}`,
  ];
}

/** Characters of a line, and which of them are meant. */
interface PartOfLine {
  chars: readonly string[];
  from: number;
  to: number;
  /** Characters of the line were left out before these. */
  isCut: boolean;
}

/** The line of a place, or of a line without end what may be shown around the place; one over several lines ends with its first. */
function partOfLine(place: Place, text: string): PartOfLine | null {
  const places = placedText(text);
  const line = places.line(place.line);
  const start = places.offset(place.line, 1);
  if (line === null || start === null) return null;
  const skipped = line.length > MAX_CHARS ? Math.max(0, place.column - 1 - MAX_CELLS / 2) : 0;
  const first = (places.offset(place.line, skipped + 1) ?? start) - start;
  const chars = [...line.slice(first, first + MAX_CHARS)];
  const within = (column: number) => Math.min(Math.max(0, column - 1 - skipped), chars.length);
  const to = place.endLine > place.line ? chars.length : within(place.endColumn);
  return { chars, from: within(place.column), to, isCut: skipped > 0 };
}

/** The line as shown and the carets under the place. */
function underline({ chars, from, to, isCut }: PartOfLine) {
  const start = isCut ? 0 : windowStart(chars, from);
  const lead = isCut || start > 0 ? '…' : '';
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
