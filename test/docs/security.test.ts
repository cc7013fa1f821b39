import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { readPage } from './screens.js';

const [, promised = ''] = readPage('SECURITY.md').split('\n## What is promised\n');
const ROWS = (promised.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => /^\| (?!promise )/.test(line))
  .map((line) => line.split(' | '));

describe('SECURITY.md', () => {
  it('names for each promise the tests that show it, which exist', () => {
    expect(ROWS.length).toBeGreaterThan(25);
    const named = ROWS.map((row) => [...(row.at(-1) ?? '').matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)]);
    expect(ROWS.filter((_, index) => named[index]?.length === 0)).toEqual([]);
    const files = named.flat().map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it.each([
    "Against a stranger's repository",
    'Against a prompt, and what an agent reads',
    'Against the output of an agent',
    'Against a provider',
    'Against another user of the machine',
    'Against a nested agent',
    'Secrets',
  ])('makes promises: %s', (title) => {
    const [, section = ''] = promised.split(`\n### ${title}\n`);
    expect(section.split('\n### ')[0]).toContain('\n| promise | test |\n');
  });

  it('has as many promises as the README says', () => {
    expect(readPage('README.md')).toContain(`Each of the ${ROWS.length} promises of [SECURITY.md]`);
  });
});
