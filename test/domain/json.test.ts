import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../../src/domain/json.js';

const nested = (depth: number, open = '[', close = ']') => `${open.repeat(depth)}${close.repeat(depth)}`;

describe('parseJson', () => {
  it.each([
    ['a value', '{"a":[1]}', { a: [1] }],
    ['brackets in a string', JSON.stringify('['.repeat(2000)), '['.repeat(2000)],
    ['no JSON', '{', undefined],
    ['an endless nesting', nested(20_000), undefined],
    ['a deep value inside of another', `{"a":1,"b":${nested(501)}}`, undefined],
  ])('reads %s', (_what, text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('takes 500 levels', () => {
    expect(parseJson(nested(500))).toBeDefined();
    expect(parseJson(nested(502))).toBeUndefined();
  });
});
