import type { OutputGrammar, OutputSource } from '../../config/types.js';
import { parseJson } from '../../domain/json.js';
import { type Piece, withText } from '../../domain/piece.js';
import type { Gathering, OutputEvent, OutputLimits } from './events.js';
import { createDecoding, createLines, createStripping, stripped } from './text-stream.js';

/** Reads one source of a tool's output: a pipe or a file. */
export interface SourceReader {
  push: (bytes: Uint8Array) => OutputEvent[];
  /** Reads the unfinished rest of the last chunk. */
  end: () => OutputEvent[];
  /** The kept text, without terminal control: all of an answer, else the end; of events only lines that are not JSON. */
  text: () => string;
  /** Its first 200 characters that are no white space. */
  beginning: () => string;
  isBlank: () => boolean;
  sawInvalid: () => boolean;
}

/** Characters of the beginning that are kept. */
const BEGINNING = 200;
/** Kept length of a text that is not the answer, characters. */
const KEPT_LENGTH = 1024 * 1024;
/** Least kept length of an answer that is shown as it comes. */
const KEPT_OF_PASSED_ON = 4 * 1024 * 1024;

/** Starts reading a source by the grammar. */
export function createSource(
  name: OutputSource,
  by: { grammar: OutputGrammar; gathering: Gathering; limits: OutputLimits },
): SourceReader {
  const decoding = createDecoding();
  const isMain = by.grammar.from === name;
  const kind = isMain && by.grammar.format === 'ndjson' ? eventSource(by) : textSource(name, by);
  let blank = true;
  let beginning = '';
  const push = (piece: Piece) => {
    if (beginning.length < BEGINNING) beginning = (beginning + piece.text).trimStart().slice(0, BEGINNING);
    blank &&= piece.text.trim() === '';
    return kind.push(piece);
  };
  return {
    push: (bytes) => push(decoding.decode(bytes)),
    end: () => [...push({ text: decoding.end(), bytes: null }), ...kind.end()],
    text: kind.text,
    beginning: () => beginning,
    isBlank: () => blank,
    sawInvalid: decoding.sawInvalid,
  };
}

interface Kind {
  push: (piece: Piece) => OutputEvent[];
  end: () => OutputEvent[];
  text: () => string;
}

function eventSource(by: { grammar: OutputGrammar; gathering: Gathering; limits: OutputLimits }): Kind {
  const lines = createLines(by.limits.lineBytes);
  const noise = createTail(KEPT_LENGTH);
  const { from } = by.grammar;
  const readsText = by.gathering.readsText(from);
  const read = (line: string, events: OutputEvent[], skipped: string[]): void => {
    const plain = stripped(line);
    if (readsText) events.push(...by.gathering.text(from, plain));
    // There may be millions of lines of noise, and one parse error costs as much as reading a hundred lines.
    const event = /^\uFEFF?\s*[{[]/.test(plain) ? parseJson(plain.replace(/^\uFEFF/, '')) : undefined;
    if (typeof event === 'object' && event !== null)
      for (const one of by.gathering.event(event)) events.push(one);
    else skipped.push(plain, '\n');
  };
  const readAll = (found: readonly string[]): OutputEvent[] => {
    const events: OutputEvent[] = [];
    const skipped: string[] = [];
    for (const line of found) read(line, events, skipped);
    if (skipped.length > 0) noise.add({ text: skipped.join(''), bytes: null });
    return events;
  };
  return {
    push: ({ text }) => {
      const events = readAll(lines.push(text));
      if (lines.isOver()) events.push({ type: 'over_size' });
      return events;
    },
    end: () => readAll(lines.end()),
    text: noise.text,
  };
}

function textSource(name: OutputSource, by: { grammar: OutputGrammar; limits: OutputLimits }): Kind {
  const isMain = by.grammar.from === name;
  const isLive = isMain && name === 'stdout' && by.grammar.format === 'text' && by.grammar.text.length === 0;
  const keptOfMain = isLive && by.limits.isPassedOn ? KEPT_OF_PASSED_ON : Number.POSITIVE_INFINITY;
  const kept = createTail(isMain ? keptOfMain : KEPT_LENGTH);
  const stripping = createStripping();
  let bytes = 0;
  const add = (piece: Piece): OutputEvent[] => {
    const length = piece.bytes?.length ?? Buffer.byteLength(piece.text);
    if (length === 0) return [];
    bytes += length;
    if (isMain && bytes > by.limits.answerBytes) return [{ type: 'over_size' }];
    kept.add(piece);
    return isLive ? [withText({ type: 'delta' as const }, piece)] : [];
  };
  const addText = (text: string) => add({ text, bytes: null });
  return {
    push: (piece) =>
      piece.bytes !== null && stripping.keeps(piece.bytes) ? add(piece) : addText(stripping.push(piece.text)),
    end: () => addText(stripping.end()),
    text: kept.text,
  };
}

/** A character of UTF-16 has at most so many bytes in UTF-8. */
const MOST_BYTES = 3;

/** Keeps at least the last `length` characters; pieces are decoded when the text is asked for. */
function createTail(length: number): { add: (piece: Piece) => void; text: () => string } {
  let pieces: Piece[] = [];
  let least = 0;
  const cut = (): void => {
    let first = 0;
    for (; least - leastLength(pieces[first]) >= length; first++) least -= leastLength(pieces[first]);
    pieces = pieces.slice(first);
  };
  return {
    add: (piece) => {
      pieces.push(piece);
      least += leastLength(piece);
      // Rarely, and not with each piece.
      if (least > length * 2) cut();
    },
    text: () => {
      const all = pieces.map((piece) => piece.text).join('');
      const text = all.length > length * 2 ? all.slice(-length) : all;
      pieces = [{ text, bytes: null }];
      least = text.length;
      return text;
    },
  };
}

/** A lower bound of its characters, which takes no decoding. */
function leastLength(piece: Piece | undefined): number {
  if (piece === undefined) return 0;
  return piece.bytes === null ? piece.text.length : Math.ceil(piece.bytes.length / MOST_BYTES);
}
