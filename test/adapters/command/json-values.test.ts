import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonValues } from '../../../src/adapters/command/json-values.js';

describe('jsonValues', () => {
  const pretty = JSON.stringify({ a: { b: '} ] " {' }, list: [1, [2]] }, null, 2);
  const value = JSON.parse(pretty);

  it.each([
    ['one value', pretty, [value]],
    ['a byte order mark', `\uFEFF${pretty}`, [value]],
    ['noise before it', `Warning: 256 colours\n[STARTUP] {x}\n[2024] hi\n${pretty}\n`, [value]],
    ['noise behind it', `${pretty}\nupdate available\n`, [value]],
    ['two', `{"n":1}\nnoise\n${pretty}`, [{ n: 1 }, value]],
    ['a scalar', '"text"', ['text']],
    ['none', 'no { json } here', []],
    ['half', pretty.slice(0, -3), []],
    ['a quote left open', `[it's 5" wide]\n${pretty}`, [value]],
    ['nothing', '', []],
  ])('finds %s', (_name, text, values) => {
    expect(jsonValues(text)).toEqual(values);
  });

  it('finds any object after any line of noise', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (object, noise) => {
        const line = `! ${noise.replaceAll('\n', '')}\n`;
        expect(jsonValues(line + JSON.stringify(object, null, 2))).toEqual([
          JSON.parse(JSON.stringify(object)),
        ]);
      }),
    );
  });

  it('gives up on a huge text of brackets', () => {
    expect(jsonValues('{\n'.repeat(200_000))).toEqual([]);
  });
});
