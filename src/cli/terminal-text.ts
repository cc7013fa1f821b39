import type { Paint } from '../diagnostics/paint.js';
import { visibleLines } from '../diagnostics/visible.js';

/** Makes texts harmless for a terminal and for the log of a CI service. */
export interface TerminalText {
  /** Every control character of others made visible; the colours of our own paints stay. */
  clean(text: string): string;
  /** The same for messages: no line of them is a command to a CI service. */
  message(text: string): string;
  /** A paint whose colours `clean` lets through, and no others. */
  painted(paint: Paint): Paint;
}

/**
 * Our colours carry a random mark until they are written, which no text of others can know. `random` is uniform in [0, 1) and is
 * asked when there is a colour to mark.
 */
export function createTerminalText(random: () => number): TerminalText {
  let mark: string | null = null;
  const clean = (text: string): string =>
    mark === null
      ? visibleLines(text)
      : text
          .split(new RegExp(`(\\u001b\\[[\\d;]+;${mark}m)`))
          .map((part, index) => (index % 2 === 0 ? visibleLines(part) : part.replace(`;${mark}m`, 'm')))
          .join('');
  const marked = (colour: (text: string) => string) => (text: string) => {
    mark ??= markOf(random);
    const ours = mark;
    const [open = '', close = ''] = colour('x').split('x');
    return [open, close].map((sequence) => sequence.replaceAll('m', `;${ours}m`)).join(text);
  };
  return {
    clean,
    message: (text) => withoutCommands(clean(text)),
    painted: ({ error, warning, success, info, hint, dim, bold }) => ({
      error: marked(error),
      warning: marked(warning),
      success: marked(success),
      info: marked(info),
      hint: marked(hint),
      dim: marked(dim),
      bold: marked(bold),
    }),
  };
}

/** Parameters of a colour sequence, so that what measures the width of a text leaves them out. */
function markOf(random: () => number): string {
  return Array.from({ length: 4 }, () => 1000 + Math.floor(random() * 9000)).join(';');
}

/** https://docs.github.com/actions/reference/workflow-commands; the older `##[…]` and `##vso[…]` count anywhere in a line. */
function withoutCommands(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, '$1\\u003a').replace(/##(?=(?:vso)?\[)/g, '#\\u0023');
}
