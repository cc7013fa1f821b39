import { widthOf } from '../diagnostics/width.js';

/** Breaks a text at blanks into lines of at most `width` cells; a longer word stands alone and is not broken. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A label and a text beside it: lines after the first stand below the text. */
export function labelled(label: string, text: string, { indent, width }: { indent: number; width: number }) {
  const lines = text.split('\n').flatMap((part) => wrapped(part, Math.max(20, width - indent)));
  return lines.map((line, index) => (index === 0 ? label.padEnd(indent) : ' '.repeat(indent)) + line);
}
