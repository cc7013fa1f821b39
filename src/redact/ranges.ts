/** A part of a text, in UTF-16 units. */
export interface Range {
  start: number;
  end: number;
}

/** A text with `mark` in the place of every range; ranges that overlap or touch count as one. */
export function replaceRanges(text: string, ranges: readonly Range[], mark: string): string {
  const pieces: string[] = [];
  let end = 0;
  let isAfterMark = false;
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    if (range.start > end || !isAfterMark) pieces.push(text.slice(end, range.start), mark);
    end = Math.max(end, range.end);
    isAfterMark = true;
  }
  return pieces.join('') + text.slice(end);
}
