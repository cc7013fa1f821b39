import { describe, expect, it } from '@jest/globals';
import {
  type FileCoverage,
  foldersOf,
  isBelow,
  runsAllTests,
  tableOf,
} from '../../scripts/coverage/folders.js';

/** A file whose lines ran so many times each, from line 1 on. */
function file(lines: readonly number[], branches: readonly number[] = []): FileCoverage {
  return {
    statementMap: Object.fromEntries(
      lines.map((_, index) => [String(index), { start: { line: index + 1 } }]),
    ),
    s: Object.fromEntries(lines.map((count, index) => [String(index), count])),
    b: { 0: branches },
  };
}

const folders = (files: Record<string, FileCoverage>) =>
  foldersOf(Object.entries(files), (name) => name.startsWith('pure/') || name === 'mixed/pure.ts');

describe('the coverage by folder', () => {
  it('adds up files, and pure ones apart from the others of their folder', () => {
    const found = folders({
      'mixed/edge.ts': file([1, 0]),
      'mixed/below/deep.ts': file([1, 1], [1, 0]),
      'mixed/pure.ts': file([1]),
    });
    expect(
      found.map(({ name, isPure, files, lines, branches }) => [name, isPure, files, lines, branches]),
    ).toEqual([
      ['mixed', true, 1, { total: 1, covered: 1 }, { total: 0, covered: 0 }],
      ['mixed', false, 2, { total: 4, covered: 3 }, { total: 2, covered: 1 }],
    ]);
  });

  it.each([
    ['pure/a.ts', [...Array(95).fill(1), ...Array(5).fill(0)], [1], false],
    ['pure/a.ts', [...Array(94).fill(1), ...Array(6).fill(0)], [1], true],
    ['pure/a.ts', [1], [...Array(9).fill(1), 0], false],
    ['pure/a.ts', [1], [...Array(8).fill(1), 0, 0], true],
    ['edge/a.ts', [0], [0], false],
    ['pure/only-types.ts', [], [], false],
  ])('asks enough of %s', (name, lines, branches, below) => {
    expect(folders({ [name]: file(lines, branches) }).map(isBelow)).toEqual([below]);
  });

  it('shows the lines that are missing where it is below', () => {
    const found = folders({
      'pure/a.ts': file([1, 0, 0, 1, 0]),
      'pure/b.ts': file([1]),
      'edge/c.ts': file([0]),
    });
    const shown = tableOf(found, found.filter(isBelow));
    expect(shown).toContain('  src/pure/a.ts: 2-3, 5');
    expect(shown).not.toContain('src/edge/c.ts');
    expect(shown).toMatch(/^ {2}pure +2 +50\.0 % +100\.0 % {2}BELOW$/m);
    expect(tableOf(found, [])).not.toMatch(/BELOW|src\//);
  });

  it.each([
    [[], true],
    [['--maxWorkers=1'], true],
    [['test/domain'], false],
    [['-t', 'a name'], false],
    [['--testPathPatterns=domain'], false],
  ])('of %j counts for whole folders: %s', (args, whole) => {
    expect(runsAllTests(args)).toBe(whole);
  });
});
