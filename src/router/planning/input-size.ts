import { estimateTokenCount } from 'tokenx';

/** How large the whole input of a request is, system included. */
export interface InputSize {
  /** Within about a tenth for prose and code; it decides between models and is never used as a bill. */
  inputTokens: number;
  /** No tokenizer makes more of it: what a run may cost is bounded by this. */
  mostInputTokens: number;
}

/** What protocols put around a part of the input, in tokens. */
const AROUND_PART = 64;

/** The size of an input in parts; `null` parts are not there. */
export function inputSizeOf(parts: readonly (string | null)[]): InputSize {
  let [inputTokens, mostInputTokens] = [0, 0];
  for (const text of parts) {
    if (text === null || text === '') continue;
    inputTokens += estimatedTokens(text);
    // A token stands for at least one byte.
    mostInputTokens += Buffer.byteLength(text) + AROUND_PART;
  }
  return { inputTokens, mostInputTokens };
}

interface Dense {
  shape: RegExp;
  tokensPerChar: number;
  /** Whether what was found is of that kind. */
  isDense?: (found: string) => boolean;
}

/**
 * What the estimator takes for words and tokenizers cut into short pieces; the rates are rather too high than too low. Each match is
 * bounded, since a greedy one over megabytes overflows the stack of V8's regular expressions.
 */
const DENSE: readonly Dense[] = [
  // Base64, hex, ids, keys.
  {
    shape: /[\w+/=-]{24,4096}/g,
    tokensPerChar: 0.75,
    // No word is as long: sequences of DNA, random letters.
    isDense: (found) => /\d/.test(found) || (/[A-Za-z]{64}/.test(found) && new Set(found).size > 2),
  },
  // A line of one sign is a token or two.
  { shape: /[!-/:-@[-`{-~]{8,4096}/g, tokensPerChar: 0.8, isDense: (found) => new Set(found).size > 3 },
];

/** Made when a text needs them: V8 takes milliseconds to collect the characters of so many scripts. */
function denseScripts(): readonly Dense[] {
  return [
    // Emoji and other signs, but no lines of boxes; Han that is rarely written. In UTF-16, such a character is two.
    { shape: /(?![\0-\x7f\u2500-\u257f])[\p{S}\p{Cf}\p{Co}\p{Cn}]{1,4096}/gu, tokensPerChar: 1 },
    { shape: /[\u{20000}-\u{3ffff}]{1,4096}/gu, tokensPerChar: 1.5 },
    { shape: /[\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Armenian}]{1,4096}/gu, tokensPerChar: 0.5 },
    // Every other script but Latin and those of Chinese, Japanese and Korean, which the estimator knows.
    {
      shape:
        /(?:(?![\p{sc=Latin}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])[\p{L}\p{M}]){1,4096}/gu,
      tokensPerChar: 1,
    },
  ];
}

function estimatedTokens(text: string): number {
  const dense = isAscii(text) ? DENSE : [...DENSE, ...denseScripts()];
  let [rest, tokens] = [text, 0];
  for (const { shape, tokensPerChar, isDense = () => true } of dense) {
    rest = rest.replace(shape, (found) => {
      if (!isDense(found)) return found;
      tokens += found.length * tokensPerChar;
      return ' ';
    });
  }
  return Math.ceil(tokens) + estimateTokenCount(rest);
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
