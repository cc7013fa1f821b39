import { describe, expect, it } from '@jest/globals';
import { positionsOf } from '../../src/config/positions.js';

describe('positionsOf', () => {
  it.each([
    ['ab\ncd', [3, 5], '2:1-2:3'],
    ['ab\r\ncd', [3, 4], '1:3-2:1'],
    ['ab\r\ncd', [4, 6], '2:1-2:3'],
    ['🙂日b', [3, 4], '1:3-1:4'],
    ['ab', [2, 99], '1:3-1:3'],
    ['ab\n', [3, 4], '2:1-2:1'],
    ['abc', [2, 1], '1:3-1:3'],
    ['', [0, 1], '1:1-1:1'],
  ] as const)('%j %j is %s', (text, span, expected) => {
    const place = positionsOf('f', text).place(span);
    expect(`${place.line}:${place.column}-${place.endLine}:${place.endColumn}`).toBe(expected);
  });
});
