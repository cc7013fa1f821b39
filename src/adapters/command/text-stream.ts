import { isAscii, isUtf8 } from 'node:buffer';
import { stripVTControlCharacters } from 'node:util';
import { type Piece, pieceOfBytes } from '../../domain/piece.js';

/** Decodes UTF-8 in chunks that may split characters; invalid bytes become U+FFFD. */
export interface TextDecoding {
  decode: (bytes: Uint8Array) => Piece;
  /** The unfinished rest of the last chunk. */
  end: () => string;
  sawInvalid: () => boolean;
}

const NOTHING = new Uint8Array();

/** Starts decoding; keeps a byte order mark. */
export function createDecoding(): TextDecoding {
  let held = NOTHING;
  /** From the first invalid byte on. */
  let replacing: InstanceType<typeof TextDecoder> | null = null;
  const replaced = (bytes: Uint8Array, stream: boolean): string => {
    replacing ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return replacing.decode(bytes, { stream });
  };
  return {
    decode: (bytes) => {
      if (replacing !== null) return { text: replaced(bytes, true), bytes: null };
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const end = all.length - unfinishedBytes(all);
      const whole = Buffer.from(all.buffer, all.byteOffset, end);
      const isValid = isUtf8(whole);
      held = isValid ? Uint8Array.from(all.subarray(end)) : NOTHING;
      return isValid ? pieceOfBytes(whole, validText) : { text: replaced(all, true), bytes: null };
    },
    end: () => (replacing === null && held.length === 0 ? '' : replaced(held, false)),
    sawInvalid: () => replacing !== null,
  };
}

/** Decodes valid UTF-8 as `TextDecoder` does, several times as fast. */
function validText(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

/** How many bytes at the end begin a character that goes on in the next chunk. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let count = 1; count <= 3 && count <= bytes.length; count++) {
    const byte = bytes[bytes.length - count] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return count < lengthOf(byte) ? count : 0;
  }
  return 0;
}

/** Bytes of the character that a byte begins. */
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
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
  const isLong = (piece: string) => piece.length > maxLength;
  return {
    push: (text) => {
      if (over) return [];
      const pieces = text.split('\n');
      pieces[0] = pending + (pieces[0] ?? '');
      // All pieces but the first are shorter than the chunk.
      over = (pieces[0].length > maxLength || text.length > maxLength) && pieces.some(isLong);
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
export function createStripping(): {
  push: (text: string) => string;
  end: () => string;
  /** Whether a piece would be the same after it. */
  keeps: (bytes: Uint8Array) => boolean;
} {
  let held = '';
  return {
    keeps: (bytes) => held === '' && !hasControl(bytes),
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

/** In UTF-8: U+009B, which terminals take for `ESC [`. */
const SHORT_ESCAPE = Buffer.from('\u009b');

function hasControl(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes(0x1b) || buffer.includes(SHORT_ESCAPE);
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
