import { visible } from '../diagnostics/visible.js';
import { cut, widthOf } from '../diagnostics/width.js';

/** One column: its heading, its alignment, and how it shrinks on a narrow terminal. */
export interface Column {
  title: string;
  /** The heading where the table does not fit. */
  shortTitle?: string;
  align?: 'left' | 'right';
  /** Makes a cell shorter without a loss; done first, for all columns that can. */
  short?: (cell: string) => string;
  /** The column may be left out; lowest first. */
  rank?: number;
  /** Cells may be cut to so many characters, as a last resort. */
  least?: number;
  /** Colours a cell that is already cut and padded; `row` is its index. */
  paint?: (cell: string, row: number) => string;
}

/** Aligned columns, two blanks apart, one line a row. Where they do not fit into `width` they make room, so that a terminal does not wrap. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const cells = columns.map((column, index) => ({
    column,
    texts: rows.map((row) => visible(row[index] ?? '')),
  }));
  const fitted = shrunk(dropped(shortened(cells, width), width), width);
  const isTooWide = sumOf(fitted.map(({ room }) => room)) > width;
  const stood = fitted.map(({ column, texts, room }) =>
    [column.title, ...texts].map((text, line) =>
      standing(text, { column, room, row: line === 0 || isTooWide ? null : line - 1 }),
    ),
  );
  const lines = [null, ...rows].map((_, line) => stood.map((column) => column[line] ?? '').join('  '));
  return lines.map((line) => (isTooWide ? cut(line, width) : line).trimEnd()).join('\n');
}

interface Cells {
  column: Column;
  texts: readonly string[];
}

function shortened(cells: readonly Cells[], width: number): readonly Cells[] {
  if (fits(cells, width)) return cells;
  return cells.map(({ column, texts }) => ({
    column: { ...column, title: column.shortTitle ?? column.title },
    texts: texts.map(column.short ?? ((text) => text)),
  }));
}

function dropped(cells: readonly Cells[], width: number): readonly Cells[] {
  if (fits(cells, width)) return cells;
  const ranks = cells.flatMap(({ column }) => (column.rank === undefined ? [] : [column.rank]));
  if (ranks.length === 0) return cells;
  const lowest = Math.min(...ranks);
  return dropped(
    cells.filter(({ column }) => column.rank !== lowest),
    width,
  );
}

/** Takes from the widest column that may be cut, one character after the other. */
function shrunk(cells: readonly Cells[], width: number): (Cells & { room: number })[] {
  const fitted = cells.map((one) => ({ ...one, room: roomOf(one) }));
  while (sumOf(fitted.map(({ room }) => room)) > width) {
    const [widest] = fitted
      .filter(({ column, room }) => room > (column.least ?? room))
      .sort((a, b) => b.room - a.room);
    if (widest === undefined) return fitted;
    widest.room--;
  }
  return fitted;
}

function fits(cells: readonly Cells[], width: number): boolean {
  return sumOf(cells.map(roomOf)) <= width;
}

function sumOf(rooms: readonly number[]): number {
  return rooms.reduce((sum, room) => sum + room, 2 * (rooms.length - 1));
}

function roomOf({ column, texts }: Cells): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), widthOf(column.title));
}

function standing(
  text: string,
  { column, room, row }: { column: Column; room: number; row: number | null },
): string {
  const shown = cut(text, room);
  const blanks = ' '.repeat(room - widthOf(shown));
  const { paint } = column;
  const painted = row === null || shown === '' || paint === undefined ? shown : paint(shown, row);
  return column.align === 'right' ? blanks + painted : painted + blanks;
}
