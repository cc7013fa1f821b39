import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Place } from '../../src/diagnostics/diagnostic.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { renderDiagnostic } from '../../src/diagnostics/render.js';
import { anyText } from '../any-text.js';
import { runInProcess } from '../rig/in-process.js';
import { FIXTURES, load } from './support.js';

const VALID = ['everything.yaml', 'aliases.yaml'].map((name) =>
  readFileSync(path.join(FIXTURES, 'ok', name), 'utf8'),
);
const PIECES = [
  '\t',
  '\n',
  '\r\n',
  ' ',
  ':',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '<<: *base',
  '"',
  "'",
  '|',
  '>',
  '#',
  '!x ',
  '%',
  '日',
  '🙂',
  '\u0000',
  '---\n',
  '? ',
];

type Edit = { at: number; remove: number; insert: string };

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, fc.nat(200)),
  insert: fc.oneof(fc.constantFrom('', ...PIECES), anyText(8)),
});

describe('mutants of a valid config', () => {
  it('are read without an exception, and every finding is inside the file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VALID),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (valid, edits) => {
          const text = edits.reduce(applied, valid);
          const { config, diagnostics, sources } = load(text);
          expect(config === null).toBe(diagnostics.some((one) => one.severity === 'error'));
          for (const one of diagnostics) {
            const places = [one.place, ...one.related.map((related) => related.place)].filter(
              (place) => place !== null,
            );
            expect(places.filter((place) => !isInside(place, sources.get(place.file)))).toEqual([]);
            renderDiagnostic(one, sources.get('llm-router.yaml') ?? null, plainPaint);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('get the same verdict from `config validate` and `exec --dry-run`', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'llm-router-mutants-'));
    const file = path.join(root, 'llm-router.yaml');
    const lineOf = fc.record({ valid: fc.constantFrom(...VALID), edits: fc.array(edit, { maxLength: 2 }) });
    try {
      await fc.assert(
        fc.asyncProperty(lineOf, async ({ valid, edits }) => {
          writeFileSync(file, edits.reduce(applied, valid));
          const validated = await runInProcess(['config', 'validate', file], { root });
          const planned = await runInProcess(['exec', '--config', file, '--dry-run', 'hi'], { root });
          expect([0, 1, 66]).toContain(validated.code);
          expect(planned.code === 78).toBe(validated.code !== 0);
        }),
        { numRuns: 500 },
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('with a line removed or doubled are read without an exception too', () => {
    for (const valid of VALID) {
      const lines = valid.split('\n');
      for (let index = 0; index < lines.length; index++) {
        const [without, twice] = [lines.toSpliced(index, 1), lines.toSpliced(index, 0, lines[index] ?? '')];
        for (const mutant of [without, twice]) {
          const { config, diagnostics } = load(mutant.join('\n'));
          expect(config === null).toBe(diagnostics.some((one) => one.severity === 'error'));
        }
      }
    }
  });
});

function applied(text: string, { at, remove, insert }: Edit): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + insert + text.slice(start + remove);
}

/** The end may be one past the last character of a line. Places in the built-in catalogue belong to another file. */
function isInside(place: Place, text: string | undefined): boolean {
  if (text === undefined) return place.file === 'built-in.yaml';
  const lines = text.split(/\r?\n/);
  const fits = (line: number, column: number) =>
    line >= 1 && line <= lines.length && column >= 1 && column <= [...(lines[line - 1] ?? '')].length + 1;
  const isForward =
    place.endLine > place.line || (place.endLine === place.line && place.endColumn >= place.column);
  return fits(place.line, place.column) && fits(place.endLine, place.endColumn) && isForward;
}
