import stringWidth from 'string-width';

/** Terminal cells of a text, without colours. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** Each character is one cell, which needs no division into characters that belong together. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** The beginning of a text without colours, in this many cells: a mark shows a cut, and joined characters are kept whole. */
export function cut(text: string, cells: number): string {
  if (isPlain(text)) return text.length > cells ? `${text.slice(0, Math.max(0, cells - 1))}…` : text;
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

/** A text padded with spaces to at least this many cells. */
export function padded(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}
