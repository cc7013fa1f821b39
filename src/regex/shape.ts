/** What the text of a regular expression shows about how it can be matched. It must be one that JavaScript compiles. */
export interface Shape {
  /** At any place of a text the backtracking engine of JavaScript is done after a fixed number of steps: it holds no loop, or a last one. */
  isBounded: boolean;
  /** Every part of it is one that an engine without backtracking has too. */
  isCommon: boolean;
  /** What such an engine cannot have. */
  beyondLinear: 'a lookahead' | 'a lookbehind' | 'a backreference' | null;
}

/** Reads the shape off the text. */
export function shapeOf(source: string): Shape {
  const tokens = source.match(TOKENS) ?? [];
  const beyondLinear = tokens.map(beyond).find((found) => found !== null) ?? null;
  return {
    isBounded: isBounded(tokens, beyondLinear !== null),
    isCommon: beyondLinear === null && tokens.every(isCommonToken) && repeatedAtMost(tokens) <= MOST_REPEATS,
    beyondLinear,
  };
}

/** Escapes, classes, openings of groups, quantifiers, and single characters. */
const TOKENS =
  /\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|k<[^>]*>|p\{[^}]*\}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:<?[=!]|<[^>]*>|:)|\{\d+(?:,\d*)?\}|[\s\S]/gi;

/** Steps at one place of a text. */
const MOST_STEPS = 1000;
/** https://github.com/google/re2/wiki/Syntax: more repetitions are an error there, nested ones multiplied. */
const MOST_REPEATS = 1000;

function beyond(token: string): Shape['beyondLinear'] {
  if (/^\(\?[=!]$/.test(token)) return 'a lookahead';
  if (/^\(\?<[=!]$/.test(token)) return 'a lookbehind';
  return /^\\(?:[1-9]|k<)/.test(token) ? 'a backreference' : null;
}

/** Ways through a pattern without loops are at most two for each `|` and `?`, and each is at most as long as what it repeats. */
function isBounded(tokens: readonly string[], looksAround: boolean): boolean {
  let [ways, length] = [1, tokens.length];
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1] ?? '';
    const [least, most] = repeatsOf(token) ?? [1, 1];
    if (most === Number.POSITIVE_INFINITY) {
      if (looksAround || before.endsWith(')') || !isLast(tokens.slice(index + 1))) return false;
    } else if (token === '|') ways *= 2;
    else if (token === '?' && repeatsOf(before) !== null) continue;
    else if (before === ')' && most > 1) return false;
    else ways *= most - least + 1;
    if (most > 1 && most !== Number.POSITIVE_INFINITY) length += most;
  }
  return ways * length <= MOST_STEPS;
}

/** What follows a loop cannot fail, so it is never gone through again. */
function isLast([mark = '', ...rest]: readonly string[]): boolean {
  const following = mark === '?' ? rest : [mark, ...rest];
  const end = following.findIndex((token) => token !== ')' && token !== '');
  if (end === -1) return true;
  return following[end] === '|' && depthOf(following.slice(end)) === 0;
}

/** How many more groups close than open. */
function depthOf(tokens: readonly string[]): number {
  return tokens.reduce(
    (depth, token) => depth + (token === ')' ? 1 : 0) - (token.startsWith('(') ? 1 : 0),
    0,
  );
}

/** How often a quantifier repeats, least and most; `null` for any other token. */
function repeatsOf(token: string): [least: number, most: number] | null {
  if (token === '*') return [0, Number.POSITIVE_INFINITY];
  if (token === '+') return [1, Number.POSITIVE_INFINITY];
  if (token === '?') return [0, 1];
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? [];
  if (least === undefined) return null;
  if (comma === '') return [Number(least), Number(least)];
  return [Number(least), most === '' ? Number.POSITIVE_INFINITY : Number(most)];
}

function repeatedAtMost(tokens: readonly string[]): number {
  return tokens
    .filter((token) => token.length > 1)
    .map(repeatsOf)
    .reduce((product, repeats) => product * Math.max(1, ...(repeats ?? []).filter(Number.isFinite)), 1);
}

function isCommonToken(token: string): boolean {
  if (token.startsWith('(?')) return /^\(\?(?::|<[a-z_]\w*>)$/i.test(token);
  if (token.startsWith('['))
    return !/^\[\^?\]|\[:|\\(?![dwsnrtfv\\\]^\-./+*?()[{}|$]|x[0-9a-f]{2}|u[0-9a-f]{4})/i.test(token);
  return !token.startsWith('\\') || /^\\(?:[dwsbnrtfv]|[^a-z0-9]|x[0-9a-f]{2}|u[0-9a-f]{4})$/i.test(token);
}
