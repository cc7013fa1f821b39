import stringWidth from 'string-width';

/** Cells of a terminal that a text fills; colours fill none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The beginning of a text without colours, in so many cells: a mark shows where it was cut, and joined characters stay whole. */
export function cut(text: string, cells: number): string {
  let filled = 0;
  let end = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    filled += widthOf(segment);
    if (filled > cells) return `${text.slice(0, end)}…`;
    // The last cell is for the mark.
    if (filled < cells) end = index + segment.length;
  }
  return text;
}

/** A text with blanks behind it, so that it fills at least so many cells. */
export function padded(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}
