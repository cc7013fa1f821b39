/** The letters and digits of a text, in lower case and with escapes decoded, and where each of them stands. */
export interface Letters {
  text: string;
  /** For each of them the index of its first UTF-16 unit in the source. */
  starts: Int32Array;
  /** For each of them the index behind its last unit in the source. */
  ends: Int32Array;
}

/**
 * Reduces a text to its letters and digits, so that it can be found again however it was escaped, wrapped, quoted or cut. What
 * JSON, URLs and HTML escape counts as what it stands for, also where it was escaped several times; colours count for nothing.
 */
export function lettersOf(source: string): Letters {
  const codes = new Uint16Array(source.length);
  const starts = new Int32Array(source.length);
  const ends = new Int32Array(source.length);
  let length = 0;
  eachLetter(source, (code, start, end) => {
    codes[length] = code;
    starts[length] = start;
    ends[length] = end;
    length++;
  });
  return {
    text: textOf(codes.subarray(0, length)),
    starts: starts.subarray(0, length),
    ends: ends.subarray(0, length),
  };
}

/** Made with the first long text: a decoder takes time to make. */
let utf16: InstanceType<typeof TextDecoder> | null = null;

function textOf(codes: Uint16Array): string {
  if (codes.length < 200) return String.fromCharCode(...codes);
  utf16 ??= new TextDecoder('utf-16le', { ignoreBOM: true });
  return utf16.decode(codes);
}

/** Whether a text is a name as fields and words of ours are, in which nothing is hidden; most texts of a document are some. */
export function isName(text: string): boolean {
  return text.length <= 40 && /^(?:[a-z_]*|[a-z0-9_]{0,22})$/.test(text);
}

/** Calls `take` with each letter or digit, and with the range of the source that stands for it. Takes linear time. */
export function eachLetter(source: string, take: (code: number, start: number, end: number) => void): void {
  let index = 0;
  while (index < source.length) {
    const code = source.charCodeAt(index);
    const decode = ESCAPES[code];
    const decoded = decode === undefined ? null : decode(source, index);
    const end = decoded === null ? index + 1 : decoded.end;
    const letter = letterOf(decoded === null ? code : decoded.code);
    if (letter !== 0) take(letter, index, end);
    index = end;
  }
}

/** A decoded escape; code 0: it stands for no letter. */
interface Decoded {
  code: number;
  end: number;
}

/** By the code of their first character. */
const ESCAPES: Readonly<Record<number, (source: string, index: number) => Decoded>> = {
  [codeOf('\\')]: backslash,
  [codeOf('%')]: percent,
  [codeOf('&')]: entity,
  [codeOf('\u001b')]: colour,
};

const AFTER_BACKSLASH = /u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|([0-3][0-7]{2})|[nrtbfv]/iy;
const HEX = /[0-9a-f]{2}/iy;
const ENTITY = /#x([0-9a-f]{1,6});|#(\d{1,7});|(?:quot|apos|lt|gt|nbsp);/iy;

const SEQUENCE = /\[[0-9;?]{0,64}[A-Za-z]/y;

/** `\n`, `\u007a`, `\x7a`, `\172`; JSON in JSON doubles the backslashes. */
function backslash(source: string, index: number): Decoded {
  let end = index + 1;
  while (source[end] === '\\') end++;
  const found = matchAt(AFTER_BACKSLASH, source, end);
  if (found === null) return { code: 0, end };
  const [whole, short, long, byte, octal] = found;
  const code =
    octal === undefined ? Number.parseInt(short ?? long ?? byte ?? '0', 16) : Number.parseInt(octal, 8);
  return { code, end: end + whole.length };
}

/** `%7A`; encoded again it is `%257A`. */
function percent(source: string, index: number): Decoded {
  let start = index + 1;
  while (source.startsWith('25', start) && matchAt(HEX, source, start + 2) !== null) start += 2;
  const found = matchAt(HEX, source, start);
  return found === null ? { code: 0, end: start } : { code: Number.parseInt(found[0], 16), end: start + 2 };
}

/** `&#122;`, `&#x7a;`, `&quot;`; encoded again they are `&amp;#122;`. */
function entity(source: string, index: number): Decoded {
  let start = index + 1;
  while (source.startsWith('amp;', start)) start += 4;
  const found = matchAt(ENTITY, source, start);
  if (found === null) return { code: 0, end: start };
  const [whole, hex, decimal] = found;
  const code = hex === undefined ? Number(decimal ?? 0) : Number.parseInt(hex, 16);
  return { code, end: start + whole.length };
}

/** A control sequence of terminals, such as a colour in the middle of a word. */
function colour(source: string, index: number): Decoded {
  const found = matchAt(SEQUENCE, source, index + 1);
  return { code: 0, end: index + 1 + (found?.[0].length ?? 0) };
}

function matchAt(pattern: RegExp, source: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(source);
}

/** The code of a letter or digit in lower case; 0 for anything else. Beyond ASCII the blocks of marks are left out. */
function letterOf(code: number): number {
  if (code < 0x80) {
    if (code >= 0x61 && code <= 0x7a) return code;
    if (code >= 0x30 && code <= 0x39) return code;
    return code >= 0x41 && code <= 0x5a ? code + 0x20 : 0;
  }
  return code > 0xffff || MARKS.some(([first, last]) => code >= first && code <= last) ? 0 : code;
}

/** Latin marks, general punctuation to arrows and boxes, CJK punctuation, selectors, the byte order mark, and full-width marks. */
const MARKS: readonly (readonly [number, number])[] = [
  [0x80, 0xbf],
  [0x2000, 0x2bff],
  [0x3000, 0x303f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xff0f],
  [0xfff0, 0xffff],
];

function codeOf(character: string): number {
  return character.charCodeAt(0);
}
