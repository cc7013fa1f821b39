/** One event of a stream of server-sent events. */
export interface SseEvent {
  /** `null`: it has no name. */
  name: string | null;
  data: string;
}

/** Splits a stream of server-sent events into events; chunks may split lines. */
export interface SseReader {
  /** The events that this chunk completes; `null`: a single one passed the limit. */
  push: (text: string) => SseEvent[] | null;
  /** A last event without the blank line after it. */
  end: () => SseEvent[];
}

/** The longest event, in characters. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

let parser: typeof import('eventsource-parser') | null = null;

/** Starts reading. The parser is loaded only here. */
export async function createSseReader(): Promise<SseReader> {
  parser ??= await import('eventsource-parser');
  const { createParser } = parser;
  const found: SseEvent[] = [];
  let tooLong = false;
  let isAtLineStart = true;
  const events = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ event, data }) => found.push({ name: event ?? null, data }),
    onError: ({ type }) => {
      tooLong ||= type === 'max-buffer-size-exceeded';
    },
  });
  return {
    push: (text) => {
      events.feed(withoutMarks(text, isAtLineStart));
      if (text !== '') isAtLineStart = /[\r\n]$/.test(text);
      return tooLong ? null : found.splice(0);
    },
    end: () => {
      if (!tooLong) events.feed('\n\n');
      return found.splice(0);
    },
  };
}

/** Servers that join what others sent leave byte order marks before lines, whose fields then have no known name. */
function withoutMarks(text: string, isAtLineStart: boolean): string {
  if (!text.includes('\uFEFF')) return text;
  return text.replace(isAtLineStart ? /(^|[\r\n])\uFEFF/g : /([\r\n])\uFEFF/g, '$1');
}
