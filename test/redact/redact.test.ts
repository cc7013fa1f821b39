import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor, MASK } from '../../src/redact/redact.js';
import { compilePattern } from '../../src/regex/pattern.js';

describe('redactor', () => {
  it('masks secrets verbatim, in JSON strings and in URLs', () => {
    const { text } = createRedactor(['pass"word/1']);
    expect(text('a pass"word/1 b')).toBe(`a ${MASK} b`);
    expect(text(JSON.stringify({ key: 'pass"word/1' }))).toBe(`{"key":"${MASK}"}`);
    expect(text('?key=pass%22word%2F1')).toBe(`?key=${MASK}`);
  });

  it('masks the longer of two secrets first, so that no part of it remains', () => {
    expect(createRedactor(['abcdefgh', 'abcdefghijkl']).text('abcdefghijkl')).toBe(MASK);
  });

  it('does not mask values of fewer than eight characters, which may be ordinary words', () => {
    expect(createRedactor(['true']).text('it is true')).toBe('it is true');
  });

  it.each([
    ['sk-ant-api03-abcdefghijklmnop'],
    ['ghp_abcdefghijklmnopqrstuvwx'],
    ['AIzaSyA-abcdefghijklmnopqrstuvwxyz0123'],
    ['AKIAABCDEFGHIJKLMNOP'],
    ['xoxb-1234567890-abcdef'],
  ])('masks the well-known shape %s', (token) => {
    expect(createRedactor().text(`key: ${token}.`)).toBe(`key: ${MASK}.`);
  });

  it("masks the token after Bearer, and the user's own patterns", () => {
    const { text } = createRedactor([], [compilePattern('ACME-[0-9]+')]);
    expect(text('Authorization: Bearer abcdefghijkl123')).toBe(`Authorization: Bearer ${MASK}`);
    expect(text('project ACME-4711')).toBe(`project ${MASK}`);
  });

  it.each(['\\b', '(?=secret)', 'x*'])('inserts no mask for an empty match of %s', (pattern) => {
    expect(createRedactor([], [compilePattern(pattern)]).text('a secret')).toBe('a secret');
  });

  it('masks nested values and keys, and changes nothing else', () => {
    const { value } = createRedactor(['secret-value']);
    expect(value({ a: ['secret-value', 1, null, true], 'secret-value': { b: 'x secret-value' } })).toEqual({
      a: [MASK, 1, null, true],
      [MASK]: { b: `x ${MASK}` },
    });
  });

  it('masks in a value what it masks in each of its texts alone, whatever stands beside it', () => {
    const secret = 'Tr0ub4dor-and-3-more-words';
    const { text, value } = createRedactor([secret, 'name_like']);
    const piece = fc.oneof(
      fc.constantFrom(secret, secret.slice(0, 16), secret.slice(16), secret.toUpperCase(), 'name_like', 'ø'),
      fc.constantFrom('\\', '%', '&amp', '\u001b[3', ' ', '"', 'token=', 'ghp_', 'agent_name'),
      fc.string({ maxLength: 4 }),
    );
    const words = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(words, { maxLength: 5 }), (texts) => {
        expect(value(texts)).toEqual(texts.map(text));
      }),
      { numRuns: 500 },
    );
  });

  it('masks a secret at any place', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!MASK.includes(secret));
        const clean = createRedactor([secret]).text(before + secret + after);
        expect(clean.replaceAll(MASK, '\u0000').includes(secret)).toBe(false);
      }),
    );
  });
});
