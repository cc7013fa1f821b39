import { jsonValues } from '../../adapters/command/json-values.js';
import { parseJson } from '../../domain/json.js';

/**
 * The JSON value of an answer, `undefined` when it has none or several: the whole text, or the part after the reasoning of a model,
 * in the last fenced block, alone on its lines, or behind a colon at the end.
 */
export function answerValue(text: string): unknown {
  const whole = parseJson(plain(text));
  if (whole !== undefined) return whole;
  const answer = withoutThoughts(text);
  const bare = parseJson(plain(answer));
  if (bare !== undefined) return bare;
  const fenced = fencedValues(answer);
  if (fenced.length > 0) return fenced.at(-1);
  const [only, ...others] = jsonValues(answer);
  if (only !== undefined) return others.length === 0 ? only : undefined;
  const behindColon = /^[^[{]*:\s*(?=[[{])/.exec(answer);
  return behindColon === null ? undefined : parseJson(plain(answer.slice(behindColon[0].length)));
}

/** Without what hides at the ends: invisible characters, tokens that end a turn, and a tag or backticks around all of it. */
function plain(text: string): string {
  let inner = trimmed(text);
  // Local servers whose template is wrong leave such tokens in the text.
  for (let count = 0; count < MOST_END_TOKENS; count++) {
    const token = /(?:<\|\w{1,30}\|>|<\/s>|<eos>|<end_of_turn>)$/i.exec(inner.slice(-40))?.[0];
    if (token === undefined) break;
    inner = trimmed(inner.slice(0, -token.length));
  }
  return /^<(\w{1,30})>([\s\S]*)<\/\1>$/.exec(inner)?.[2]?.trim() ?? /^`([^`]*)`$/.exec(inner)?.[1] ?? inner;
}

const MOST_END_TOKENS = 8;

/** In time that is in proportion to the text, as no expression for its end would be. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && INVISIBLE.test(text.charAt(start))) start++;
  while (end > start && INVISIBLE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const INVISIBLE = /[\s\u200B\u2060\uFEFF]/;

/** Chat templates often omit the opening tag. Each family of models has its own. */
function withoutThoughts(text: string): string {
  const opening = /^[\s\uFEFF]*[<[](?:(?:seed:)?think|thinking|thought|reasoning)[>\]]/i.exec(text);
  const closing = [
    ...text.matchAll(
      /[<[]\/(?:(?:seed:)?think|thinking|thought|reasoning)[>\]]|<\|\/think\|>|<\|channel\|>final\b[^<]{0,30}<\|message\|>/gi,
    ),
  ].at(-1);
  if (closing !== undefined) return text.slice(closing.index + closing[0].length);
  return opening === null ? text : '';
}

/** The values of fenced blocks; the closing fence may be missing, or follow the value on its line. */
function fencedValues(text: string): unknown[] {
  const values: unknown[] = [];
  const open = /^[ \t]*(`{3,}|~{3,})(?:[^`\n]*\n|[ \t]*\w*[ \t]*(?=[[{"]))/gm;
  for (let fence = open.exec(text); fence !== null; fence = open.exec(text)) {
    const marker = fence[1] ?? '';
    const start = open.lastIndex;
    const ends = endsOf(text, { start, marker });
    const end = ends.find((one) => parseJson(plain(text.slice(start, one))) !== undefined);
    if (end !== undefined) values.push(parseJson(plain(text.slice(start, end))));
    open.lastIndex = Math.min(text.length, (end ?? ends[0] ?? text.length) + marker.length);
  }
  return values;
}

/** Possible ends of a block, likely ones first, since a value may contain the marker. */
function endsOf(text: string, { start, marker }: { start: number; marker: string }): number[] {
  const close = new RegExp(`^[ \\t]*${marker}[ \\t]*$`, 'gm');
  close.lastIndex = start;
  const ends = [close.exec(text)?.index ?? -1, text.indexOf(marker, start), text.lastIndexOf(marker)];
  return [...ends.filter((end) => end >= start), text.length];
}
