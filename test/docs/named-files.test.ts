import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { readPage } from './screens.js';

const FILE = /`((?:[\w.-]+\/)+(?:[\w.-]+\.\w+)?)`/g;

it.each(['CONTRIBUTING.md', 'docs/architecture.md'])('%s names only files that exist', (page) => {
  const named = [...readPage(page).matchAll(FILE)].map(([, file = '']) => file);
  expect(named.length).toBeGreaterThan(5);
  const missing = named.filter(
    (file) => !['', 'src', 'test'].some((base) => existsSync(path.join(ROOT, base, file))),
  );
  expect(missing).toEqual([]);
});
