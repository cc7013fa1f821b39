import { compileLinear } from './linear.js';
import { shapeOf } from './shape.js';

/** A regular expression of a configuration, which can neither block nor throw. */
export interface Pattern {
  test(text: string): boolean;
  /** The first match, with its groups. */
  exec(text: string): RegExpMatchArray | null;
  /** Every match that is found within the time that patterns have; `isCut`: there may be more. */
  all(text: string): { matches: RegExpMatchArray[]; isCut: boolean };
}

/** Why a regular expression cannot be used, in words that go on after its name. */
export interface PatternTrouble {
  message: string;
  hint: string | null;
}

/** How long the search for all matches of one text may take, ms: one match takes linear time, many of them may not. */
const MOST_MS = 2000;

/** Why a pattern cannot be used; `null` when it can. The engine is loaded for unusual patterns only. */
export function patternTrouble(source: string, flags = ''): PatternTrouble | null {
  const broken = syntaxTrouble(source, flags);
  if (broken !== null) return { message: `does not compile: ${broken}`, hint: null };
  const shape = shapeOf(source);
  if (shape.isBounded || shape.isCommon) return null;
  if (shape.beyondLinear !== null) {
    return {
      message: `has ${shape.beyondLinear} beside repetitions, so a text could keep it busy for ever`,
      hint: 'leave it out, or the repetitions (`*`, `+`, `{2,}`): patterns are those of RE2',
    };
  }
  const compiled = compileLinear(source, flags);
  return 'problem' in compiled
    ? {
        message: `is none of RE2: ${compiled.problem}`,
        hint: 'see https://github.com/google/re2/wiki/Syntax',
      }
    : null;
}

/** Compiles a pattern, each only once; one that has trouble never matches. */
export function compilePattern(source: string, flags = ''): Pattern {
  const key = `${flags}/${source}`;
  const known = COMPILED.get(key);
  if (known !== undefined) return known;
  const pattern = patternTrouble(source, flags) === null ? compiled(source, flags) : NEVER;
  COMPILED.set(key, pattern);
  return pattern;
}

/** A text with every match replaced as `String.replace` does; `$1`, `$<name>`, `$&` and `$$` in the replacement are filled in. */
export function replaceAll(pattern: Pattern, text: string, replacement: string): string {
  return replaced(text, pattern.all(text).matches, (match) =>
    replacement.replace(/\$(?:([$&])|(\d)|<([^>]*)>)/g, (_, sign, number, name) => {
      if (sign !== undefined) return sign === '$' ? '$' : match[0];
      return (number !== undefined ? match[Number(number)] : match.groups?.[name]) ?? '';
    }),
  );
}

/** A text with `mask` in the place of every match; where the search took too long, of everything behind the last one too. */
export function maskAll(pattern: Pattern, text: string, mask: string): string {
  const { matches, isCut } = pattern.all(text);
  const masked = replaced(text, matches, ([found]) => (found === '' ? '' : mask));
  const last = matches.at(-1);
  if (!isCut || last === undefined) return masked;
  const rest = text.length - (last.index ?? 0) - last[0].length;
  return masked.slice(0, masked.length - rest) + mask;
}

function replaced(
  text: string,
  matches: readonly RegExpMatchArray[],
  by: (match: RegExpMatchArray) => string,
): string {
  let end = 0;
  const pieces = matches.flatMap((match) => {
    const start = match.index ?? 0;
    const between = text.slice(end, start);
    end = start + match[0].length;
    return [between, by(match)];
  });
  return pieces.join('') + text.slice(end);
}

const COMPILED = new Map<string, Pattern>();

const NEVER: Pattern = {
  test: () => false,
  exec: () => null,
  all: () => ({ matches: [], isCut: false }),
};

function compiled(source: string, flags: string): Pattern {
  if (shapeOf(source).isBounded) return native(new RegExp(source, flags.replace('g', '')), flags);
  const linear = compileLinear(source, flags);
  if ('problem' in linear) return NEVER;
  return {
    test: (text) => linear.test(text),
    exec: (text) => linear.exec(text) as RegExpMatchArray | null,
    all: (text) => within(linear.matchAll(text)),
  };
}

function native(regex: RegExp, flags: string): Pattern {
  const all = new RegExp(regex.source, flags.includes('g') ? flags : `${flags}g`);
  return {
    test: (text) => regex.test(text),
    exec: (text) => regex.exec(text),
    all: (text) => within(text.matchAll(all)),
  };
}

function within(found: Iterable<RegExpMatchArray>): { matches: RegExpMatchArray[]; isCut: boolean } {
  const endMs = performance.now() + MOST_MS;
  const matches: RegExpMatchArray[] = [];
  for (const match of found) {
    matches.push(match);
    if (performance.now() > endMs) return { matches, isCut: true };
  }
  return { matches, isCut: false };
}

function syntaxTrouble(source: string, flags: string): string | null {
  try {
    new RegExp(source, flags);
    return null;
  } catch (cause) {
    const message = String(cause);
    return message.slice(message.lastIndexOf(': ') + 2).toLowerCase();
  }
}
