import { stripVTControlCharacters } from 'node:util';

/** Decodes UTF-8 in chunks that may split characters; invalid bytes become U+FFFD. */
export interface TextDecoding {
  decode: (bytes: Uint8Array) => string;
  /** The unfinished rest of the last chunk. */
  end: () => string;
  sawInvalid: () => boolean;
}

/** Starts decoding; keeps a byte order mark. */
export function createDecoding(): TextDecoding {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let invalid = false;
  const check = (bytes: Uint8Array, stream: boolean) => {
    if (invalid) return;
    try {
      strict.decode(bytes, { stream });
    } catch {
      invalid = true;
    }
  };
  return {
    decode: (bytes) => {
      check(bytes, true);
      return lenient.decode(bytes, { stream: true });
    },
    end: () => {
      check(new Uint8Array(), false);
      return lenient.decode();
    },
    sawInvalid: () => invalid,
  };
}

/** Splits chunks of text into lines; keeps only the unfinished one. */
export interface LineSplitter {
  /** The lines that this chunk completes, without their line feeds. */
  push: (text: string) => string[];
  /** The last line, if it has no line feed. */
  end: () => string[];
  /** Whether an unfinished line is over the limit. */
  isOver: () => boolean;
}

/** Starts a splitter; `maxLength` counts characters of one line. */
export function createLines(maxLength: number): LineSplitter {
  let pending = '';
  let over = false;
  return {
    push: (text) => {
      if (over) return [];
      const pieces = text.split('\n');
      pieces[0] = pending + (pieces[0] ?? '');
      over = pieces.some((piece) => piece.length > maxLength);
      pending = over ? '' : (pieces.pop() ?? '');
      return over ? [] : pieces;
    },
    end: () => (pending === '' ? [] : [pending]),
    isOver: () => over,
  };
}

const ESCAPE = '\u001b';
/** An unfinished control sequence at the end of a text. */
const CUT_SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*|\\][^\u0007${ESCAPE}]*${ESCAPE}?)?$`);
/** Longer sequences are not completed. */
const LONGEST_SEQUENCE = 4096;

/** Removes colours and other terminal control from chunks of text that may split sequences. */
export function createStripping(): { push: (text: string) => string; end: () => string } {
  let held = '';
  return {
    push: (text) => {
      const all = held + text;
      const cut = CUT_SEQUENCE.exec(all);
      const at = cut === null || all.length - cut.index > LONGEST_SEQUENCE ? all.length : cut.index;
      held = all.slice(at);
      return stripped(all.slice(0, at));
    },
    end: () => {
      const rest = stripped(held);
      held = '';
      return rest;
    },
  };
}

/** Text without colours and other terminal control. */
export function stripped(text: string): string {
  return text.includes(ESCAPE) || text.includes('\u009b') ? stripVTControlCharacters(text) : text;
}

/** The last lines of a text, at most this many bytes. A cut word is left out, since half a secret would not be masked. */
export function tailOf(text: string, limits: { lines: number; bytes: number }): string {
  const lines = text.trimEnd().split('\n').slice(-limits.lines).join('\n');
  const bytes = Buffer.from(lines);
  if (bytes.length <= limits.bytes) return lines;
  return bytes
    .subarray(-limits.bytes)
    .toString('utf8')
    .replace(/^\uFFFD*\S{0,512}\s?/, '');
}

/** The beginning of a text, at most this many characters, without a cut word. */
export function beginningOf(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1).replace(/\S{1,512}$/, '')}…`;
}
