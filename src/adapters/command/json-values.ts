import { parseJson } from '../../domain/json.js';

/** Passes over a text before the rest counts as noise, which bounds the cost for truncated JSON. */
const PASSES = 4;

/**
 * The JSON values of a text. The whole of it is one, as a rule; else every object or array that starts a line and ends
 * one, over several lines too, and what is around them is noise.
 */
export function jsonValues(text: string): unknown[] {
  const whole = parseJson(text.replace(/^\uFEFF/, ''));
  if (whole !== undefined) return [whole];
  const values: unknown[] = [];
  const starts = /^[{[]/gm;
  let budget = Math.max(text.length, 4096) * PASSES;
  for (let match = starts.exec(text); match !== null && budget > 0; match = starts.exec(text)) {
    const end = endOfValue(text, match.index);
    budget -= (end ?? text.length) - match.index;
    const value = end === null || !endsLine(text, end) ? undefined : parseJson(text.slice(match.index, end));
    if (value === undefined || end === null) continue;
    values.push(value);
    starts.lastIndex = end;
  }
  return values;
}

/** The index after the bracket that closes the one at `start`; `null` if there is none, or a string contains a line feed. */
function endOfValue(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === '\n') return null;
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return null;
}

function endsLine(text: string, end: number): boolean {
  const rest = /[^ \t\r]/g;
  rest.lastIndex = end;
  const next = rest.exec(text);
  return next === null || next[0] === '\n';
}
