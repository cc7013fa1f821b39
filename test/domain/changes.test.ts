import { describe, expect, it } from '@jest/globals';
import { type AttemptChanges, changesText, listText, sharedText } from '../../src/domain/changes.js';

function changes(paths: readonly string[], more: Partial<AttemptChanges> = {}): AttemptChanges {
  return {
    root: '/r',
    before: 'b',
    after: 'a',
    count: paths.length,
    files: paths.map((path) => ({ path, status: 'changed', linesAdded: 1, linesRemoved: 0 })),
    linesAdded: 12,
    linesRemoved: 4,
    notKept: [],
    otherRuns: [],
    recovery: null,
    ...more,
  };
}

describe('what an attempt changed, as text', () => {
  it.each([
    [changes(['a']), '1 file (`a`; +12 -4)'],
    [changes(['a', 'b']), '2 files (`a`, `b`; +12 -4)'],
    [changes(['a', 'b', 'c', 'd', 'e']), '5 files (`a`, `b`, `c` and 2 more; +12 -4)'],
    [changes(['a'], { count: 9000 }), '9000 files (`a` and 8999 more; +12 -4)'],
    [changes(['a'], { linesAdded: null, linesRemoved: null }), '1 file (`a`)'],
    [changes(['a'], { notKept: ['submodule `s`'] }), '1 file (`a`; +12 -4) and submodule `s`'],
    [changes([], { notKept: ['submodule `s`', '`HEAD`'] }), 'submodule `s` and `HEAD`'],
  ])('%#', (given, text) => expect(changesText(given)).toBe(text));

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j is a list', (parts, text) => expect(listText(parts)).toBe(text));

  it('names the other runs, if there were any', () => {
    expect(sharedText({ otherRuns: [] })).toBeNull();
    expect(sharedText({ otherRuns: ['1', '2', '3', '4'] })).toContain('`1`, `2` and `3` worked');
  });
});
