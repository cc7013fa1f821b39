import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { widthOf } from '../../src/diagnostics/width.js';
import { ROOT } from '../architecture/imports.js';
import { SCENES } from './scenes.js';

const FOLDER = path.join(ROOT, 'test/fixtures/screens');

/** Lines that are whole so that they can be copied. */
const TO_COPY = /^ {2}(cd |\$ )/;

/** The lines of a part of a file, by its title. */
function part(name: string, title: string): string[] {
  const text = readFileSync(path.join(FOLDER, `${name}.txt`), 'utf8');
  const [, after] = text.split(`--- ${title} ---\n`);
  if (after === undefined) throw new Error(`${name}.txt has no part \`${title}\``);
  return after.split('\n--- ', 1)[0]?.split('\n') ?? [];
}

describe('the kept screens', () => {
  it('are those of the scenes', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(SCENES.map(({ name }) => `${name}.txt`).sort());
  });

  it.each([80, 120])('fit into %i columns', (columns) => {
    const wide = SCENES.flatMap(({ name }) =>
      part(name, `${columns} columns, NO_COLOR`)
        .filter((line) => widthOf(line) > columns && !TO_COPY.test(line))
        .map((line) => `${name}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  it('have no colour that cannot be read on white or on black', () => {
    for (const { name } of SCENES)
      expect(part(name, '80 columns, in colour').join('\n')).not.toMatch(/<(yellow|blue|\d+)>/);
  });

  it('show a cancelled run in another colour than a failed one', () => {
    const text = part('trace', '80 columns, in colour').join('\n');
    expect(text).toContain('<dim>cancelled</>');
    expect(text).toContain('<red><bold>budget_exceeded</></>');
  });
});
