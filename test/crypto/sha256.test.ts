import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distinctName, sha256 } from '../../src/crypto/crypto.js';
import { shortSha256 } from '../../src/crypto/short-sha256.js';
import { anyText } from '../any-text.js';

const expected = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('hashes like Node, around the length of each block', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = new Uint8Array(length).map((_, at) => (at * 37 + length) & 255);
    expect(shortSha256(bytes)).toBe(expected(bytes));
  }
});

it('hashes any text like Node, short or long', () => {
  fc.assert(
    fc.property(anyText(200), (text) => {
      expect(sha256(text)).toBe(expected(text));
    }),
    { numRuns: 50 },
  );
  expect(sha256('\ud800')).toBe(expected('\ud800'));
  expect(sha256('x'.repeat(5000))).toBe(expected('x'.repeat(5000)));
});

it('makes names of 16 digits that differ', () => {
  const names = new Set(Array.from({ length: 1000 }, distinctName));
  expect(names.size).toBe(1000);
  for (const name of names) expect(name).toMatch(/^[\da-f]{16}$/);
});
