import { jsonValues } from '../../adapters/command/json-values.js';
import { parseJson } from '../../domain/json.js';

/**
 * The JSON value of an answer, `undefined` when it has none or several: the whole text, or the part after the reasoning of a model,
 * in the last fenced block, or alone on its lines.
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
  return others.length === 0 ? only : undefined;
}

function plain(text: string): string {
  return text.replaceAll('\uFEFF', '').trim();
}

/** Chat templates often omit the opening tag. */
function withoutThoughts(text: string): string {
  const opening = /^[\s\uFEFF]*<(?:think|thinking|thought|reasoning)>/i.exec(text);
  const closing = [...text.matchAll(/<\/(?:think|thinking|thought|reasoning)>/gi)].at(-1);
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
