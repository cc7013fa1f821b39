import { stripVTControlCharacters } from 'node:util';

/** Decodes UTF-8 that comes in chunks; characters may be split over them, what is not UTF-8 becomes U+FFFD. */
export interface TextDecoding {
  decode: (bytes: Uint8Array) => string;
  /** What the last chunk left unfinished. */
  end: () => string;
  sawInvalid: () => boolean;
}

/** Starts a decoding; a byte order mark stays in the text. */
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

/** Cuts text that comes in chunks into lines; keeps only the unfinished one. */
export interface LineSplitter {
  /** The lines that this chunk completes, without their line feeds. */
  push: (text: string) => string[];
  /** The last line, when no line feed ended it. */
  end: () => string[];
  /** An unfinished line is longer than the cap. */
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
/** A control sequence that a text ends in the middle of. */
const CUT_SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*|\\][^\u0007${ESCAPE}]*${ESCAPE}?)?$`);
/** Longer ones are not waited for. */
const LONGEST_SEQUENCE = 4096;

/** Takes colours and other terminal control out of text that comes in chunks; sequences may be split over them. */
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

/** The end of a text: its last lines, at most so many bytes; a word that was cut is left out: half a secret cannot be recognised. */
export function tailOf(text: string, limits: { lines: number; bytes: number }): string {
  const lines = text.trimEnd().split('\n').slice(-limits.lines).join('\n');
  const bytes = Buffer.from(lines);
  if (bytes.length <= limits.bytes) return lines;
  return bytes
    .subarray(-limits.bytes)
    .toString('utf8')
    .replace(/^\uFFFD*\S{0,512}\s?/, '');
}

/** The beginning of a text, at most so many characters; a word that would be cut is left out. */
export function beginningOf(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1).replace(/\S{1,512}$/, '')}…`;
}
