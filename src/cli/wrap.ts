import wrapAnsi from 'wrap-ansi';
import { padded } from '../diagnostics/width.js';

/** Breaks a text at blanks into lines of at most `width` cells; a longer word stands alone and is not broken. */
export function wrapped(text: string, width: number): string[] {
  return wrapAnsi(text, width).split('\n');
}

/** A label and a text beside it: lines after the first stand below the text. */
export function labelled(label: string, text: string, { indent, width }: { indent: number; width: number }) {
  const lines = wrapped(text, Math.max(20, width - indent));
  return lines.map((line, index) => padded(index === 0 ? label : '', indent) + line);
}
