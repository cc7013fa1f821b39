import type { SseReader } from './sse.js';

/** The longest line, in characters. */
const MAX_LINE_CHARS = 16 * 1024 * 1024;

/**
 * Splits a stream of lines into events, as the reader of server-sent events does; chunks may split lines. The `data:` of a gateway that
 * makes server-sent events of the lines is removed.
 */
export function createLineReader(): SseReader {
  let rest = '';
  const eventsIn = (lines: readonly string[]) =>
    lines
      .map((line) => line.replace(/^\uFEFF?(?:data:)?/, '').trim())
      .filter((line) => line !== '')
      .map((data) => ({ name: null, data }));
  return {
    push: (text) => {
      const [first = '', ...more] = text.split('\n');
      const lines = more.length === 0 ? [] : [rest + first, ...more.slice(0, -1)];
      rest = more.length === 0 ? rest + first : (more.at(-1) ?? '');
      return rest.length > MAX_LINE_CHARS ? null : eventsIn(lines);
    },
    end: () => eventsIn([rest]),
  };
}
