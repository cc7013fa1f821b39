import { describe, expect, it } from '@jest/globals';
import { bytePath, folderOfPath, quotedLine, shownPath, splitNul, systemPath } from '../../src/git/names.js';

describe('paths of a repository', () => {
  it.each(['plain.txt', 'ä/日本.txt', 'a b\n"c".txt'])('keep %j over bytes', (text) => {
    const path = bytePath(text);
    expect(shownPath(path)).toBe(text);
    expect(systemPath('/top', path)).toEqual(Buffer.from(`/top/${text}`));
    expect(splitNul(Buffer.from(`${text}\0`))).toEqual([path]);
  });

  it('keep bytes that are no UTF-8', () => {
    const [path = ''] = splitNul(Buffer.from([0x61, 0xff, 0]));
    expect(systemPath('/t', path)).toEqual(Buffer.from([0x2f, 0x74, 0x2f, 0x61, 0xff]));
  });

  it.each([
    ['a/b/c.txt', 'a/b'],
    ['c.txt', ''],
  ])('the folder of %s is %j', (path, folder) => expect(folderOfPath(path)).toBe(folder));

  it.each([
    ['a b.txt', '"a b.txt"\n'],
    ['a\nb', '"a\\012b"\n'],
    ['a"\\b', '"a\\042\\134b"\n'],
    [bytePath('ä'), '"\\303\\244"\n'],
  ])('%j is one line for Git', (path, line) => expect(quotedLine(path)).toBe(line));
});
