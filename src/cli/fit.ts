import { widthOf } from '../diagnostics/width.js';
import { wrapped } from './wrap.js';

/** What a line goes on with below itself, beside its own indent. */
const HANGING = 2;
/** A line of source with its number, and the marks below it, which belong together; in colour or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const FRAME = /^(?:\u001b\[[\d;]*m)*\s*\d* \|/;

/** Breaks lines that are wider than a terminal at blanks; what follows stands below the beginning, a bit further in. */
export function fitted(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (widthOf(line) > width && !FRAME.test(line) ? broken(line, width) : line))
    .join('\n');
}

function broken(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const hanging = indent + HANGING;
  const [first = '', ...rest] = wrapped(line.slice(indent), Math.max(20, width - hanging));
  return [`${' '.repeat(indent)}${first}`, ...rest.map((part) => `${' '.repeat(hanging)}${part}`)].join('\n');
}
