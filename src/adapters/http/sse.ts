/** Cuts a stream of server-sent events into the data of its events; chunks may split lines and characters. */
export interface SseReader {
  /** The data of the events that this chunk completes; `null`: a single one passed the limit. */
  push: (bytes: Uint8Array) => string[] | null;
  /** What stands at the very end without the blank line behind it. */
  end: () => string[];
}

/** The longest event, in characters. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

/** Starts reading. The parser is loaded only here. */
export async function createSseReader(): Promise<SseReader> {
  const { createParser } = await import('eventsource-parser');
  const decoder = new TextDecoder();
  const found: string[] = [];
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ data }) => found.push(data),
    onError: ({ type }) => {
      tooLong ||= type === 'max-buffer-size-exceeded';
    },
  });
  return {
    push: (bytes) => {
      parser.feed(decoder.decode(bytes, { stream: true }));
      return tooLong ? null : found.splice(0);
    },
    end: () => {
      if (!tooLong) parser.feed(`${decoder.decode()}\n\n`);
      return found.splice(0);
    },
  };
}
