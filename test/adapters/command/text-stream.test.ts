import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDecoding } from '../../../src/adapters/command/text-stream.js';

/** Pieces of bytes, most of them pieces of characters. */
const anyBytes = fc.array(
  fc.oneof(
    fc
      .constantFrom('a', 'plain words\n', 'ä', '€', '😀', '\uFEFF', '\u0000')
      .map((text) => [...Buffer.from(text)]),
    fc.constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xe2, 0x82], [0xf5], [0x80]),
  ),
  { maxLength: 12 },
);

it('decodes chunks of any size as a TextDecoder does, and says whether they are UTF-8', () => {
  fc.assert(
    fc.property(anyBytes, fc.integer({ min: 1, max: 9 }), (pieces, size) => {
      const bytes = Uint8Array.from(pieces.flat());
      const decoding = createDecoding();
      let text = '';
      for (let at = 0; at < bytes.length; at += size)
        text += decoding.decode(bytes.subarray(at, at + size)).text;
      text += decoding.end();
      expect(text).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      expect(decoding.sawInvalid()).toBe(isInvalid(bytes));
    }),
  );
});

function isInvalid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}
