import { describe, expect, it } from '@jest/globals';
import { inputSizeOf } from '../../src/router/planning/input-size.js';

const BYTES = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919 + 13) % 251));

/** Texts of words, with a token for each word and sign, and for Cyrillic two for a word. */
const WORDS: readonly [string, string, tokens: number][] = [
  ['prose', 'The quick brown fox jumps over the lazy dog, and then it rests for a while. '.repeat(40), 720],
  ['Cyrillic', 'Привет, как у тебя дела сегодня? '.repeat(40), 520],
];

describe('the size of an input', () => {
  it.each(WORDS)('of %s is about that of its words', (_, text, tokens) => {
    const { inputTokens } = inputSizeOf([text]);
    expect(inputTokens / tokens).toBeGreaterThan(0.7);
    expect(inputTokens / tokens).toBeLessThan(1.5);
  });

  it.each([
    ['base64', BYTES.toString('base64'), 0.65],
    ['hex', BYTES.toString('hex'), 0.55],
    ['Thai', 'ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอน'.repeat(40), 0.9],
    ['Hindi', 'हिन्दी भारत की एक भाषा है '.repeat(40), 0.7],
    ['Arabic', 'اللغة العربية لغة سامية '.repeat(40), 0.7],
    ['emoji', '🦊🎉🚀👍🏽👨‍👩‍👧🇩🇪✅'.repeat(40), 0.7],
    ['rare Han', '𠀀𠁁𠂂𠃃'.repeat(40), 1],
    ['DNA', `ACGTTGCAAC${'GATTACACCGTA'.repeat(40)}`, 0.5],
    ['random letters', BYTES.toString('base64').replace(/[^A-Za-z]/g, ''), 0.5],
    ['punctuation', '{[(<&%$#@!~^*+=|;:.,>)]}'.repeat(40), 0.7],
  ])('of %s is not estimated as that of words', (_, text, tokensPerChar) => {
    expect(inputSizeOf([text]).inputTokens).toBeGreaterThan(text.length * tokensPerChar);
  });

  it.each(['x', 'é家🦊', BYTES.toString('base64')])(
    'is at most its bytes and what stands around them',
    (text) => {
      const bytes = Buffer.byteLength(text);
      expect(inputSizeOf([null, text, '']).mostInputTokens).toBe(bytes + 64);
      expect(inputSizeOf([text]).inputTokens).toBeLessThanOrEqual(bytes);
    },
  );

  it('takes no long time, whatever the text is', () => {
    for (const text of ['a', '=', '_a', 'ก', '{}'])
      expect(inputSizeOf([text.repeat(300_000)]).inputTokens).toBeGreaterThan(0);
  });

  it('is nothing without parts', () => {
    expect(inputSizeOf([null, ''])).toEqual({ inputTokens: 0, mostInputTokens: 0 });
  });
});
