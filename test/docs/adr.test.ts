import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folder = path.resolve(import.meta.dirname, '../../docs/adr');
const files = readdirSync(folder).sort();

describe('the records of decisions', () => {
  it('are numbered without a gap or a number given twice', () => {
    expect(files.map((file) => Number(file.slice(0, 3)))).toEqual(files.map((_, index) => index + 1));
  });

  it.each(files)('%s has its own number in its title', (file) => {
    expect(readFileSync(path.join(folder, file), 'utf8')).toMatch(new RegExp(`^# ${file.slice(0, 3)}: `));
  });
});
