import { describe, expect, it } from '@jest/globals';
import { matches, pointed } from '../../../src/adapters/command/pointer.js';
import type { EventFilter } from '../../../src/config/types.js';

describe('pointed', () => {
  const value = { a: { b: [1, { c: 2 }], 'x/y': 3, 'm~n': 4, '': 5 }, n: null };

  it.each([
    ['', [value]],
    ['/a/b/0', [1]],
    ['/a/b/1/c', [2]],
    ['/a/x~1y', [3]],
    ['/a/m~0n', [4]],
    ['/a/', [5]],
    ['/n', [null]],
    ['/a/b/*', [1, { c: 2 }]],
    ['/*/b/*/c', [2]],
    ['/nothing/here', []],
    ['/a/constructor', []],
    ['/a/b/length', []],
  ])('%j', (pointer, found) => {
    expect(pointed(value, pointer)).toEqual(found);
  });
});

describe('matches', () => {
  const event = {
    type: 'item.completed',
    item: { type: 'agent_message', parts: [{ n: 1 }, { n: 2 }] },
    ok: false,
  };

  it.each<[EventFilter, boolean]>([
    [{ '/type': 'item.completed' }, true],
    [{ '/type': 'item.completed', '/item/type': 'agent_message' }, true],
    [{ '/type': 'item.completed', '/item/type': 'reasoning' }, false],
    [{ '/type': '/^item\\./' }, true],
    [{ '/type': '/^turn/' }, false],
    [{ '/ok': false }, true],
    [{ '/ok': 'false' }, false],
    [{ '/item/parts/*/n': 2 }, true],
    [{ '/item/parts/*/n': '/^[1-9]/' }, true],
    [{ '/parent': null }, true],
    [{ '/ok': null }, false],
    [{ '/parent': 'x' }, false],
    [{}, true],
  ])('%j', (filter, isMatch) => {
    expect(matches(event, filter)).toBe(isMatch);
  });
});
