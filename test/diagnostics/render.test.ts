import { describe, expect, it } from '@jest/globals';
import { diagnostic } from '../../src/diagnostics/codes.js';
import type { Place } from '../../src/diagnostics/diagnostic.js';
import { diagnosticsJson } from '../../src/diagnostics/formats/json.js';
import { type Paint, plainPaint } from '../../src/diagnostics/paint.js';
import { renderDiagnostic } from '../../src/diagnostics/render.js';
import { sortDiagnostics } from '../../src/diagnostics/sort.js';

describe('renderDiagnostic', () => {
  it('has the shape of the configuration reference', () => {
    const text = `${'\n'.repeat(8)}    preferred_tool: claud-code\n`;
    const place = placeAt('llm-router.yaml', 9, 21, 31);
    const one = diagnostic('config/unknown-tool', 'unknown tool `claud-code` in agent `reviewer`', {
      place,
      hint: 'did you mean `claude-code`? defined tools: claude-code, codex, gemini, my-bot',
    });
    expect(renderDiagnostic(one, text, plainPaint)).toBe(
      [
        'llm-router.yaml:9:21: error: unknown tool `claud-code` in agent `reviewer` [config/unknown-tool]',
        '    |',
        '  9 |     preferred_tool: claud-code',
        '    |                     ^^^^^^^^^^',
        'hint: did you mean `claude-code`? defined tools: claude-code, codex, gemini, my-bot',
      ].join('\n'),
    );
  });

  it('says how many more places there are behind the notes that it shows', () => {
    const related = Array.from({ length: 40 }, (_, index) => ({
      place: placeAt('f', index + 1, 1, 2),
      message: 'here too',
    }));
    const one = diagnostic('config/unknown-tool', 'unknown', { place: null, related });
    const notes = renderDiagnostic(one, null, plainPaint).split('\n').slice(1);
    expect(notes[0]).toBe('note: f:1:1: here too');
    expect(notes.at(-1)).toBe(`note: and ${40 - (notes.length - 1)} more`);
  });

  it('cuts a message that holds a value as long as a file', () => {
    const one = diagnostic('config/unknown-tool', 'x'.repeat(100_000), { place: null, hint: 'short' });
    expect([one.message, one.hint]).toEqual([`${'x'.repeat(2000)}…`, 'short']);
  });

  it('shows the part of a very long line where the place is', () => {
    const text = `${'a'.repeat(50_000)}HERE${'b'.repeat(50_000)}`;
    const [, line = '', carets = ''] = frame(text, placeAt('f', 1, 50_001, 50_005));
    expect(line.length).toBeLessThan(200);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('widens the margin for high line numbers', () => {
    const text = `${'\n'.repeat(12344)}abc`;
    expect(frame(text, placeAt('f', 12345, 1, 4))).toEqual(['      |', '12345 | abc', '      | ^^^']);
  });

  it('marks a place over several lines to the end of its first line', () => {
    expect(frame('ab: cd\nef', { ...placeAt('f', 1, 5, 2), endLine: 2 })).toEqual([
      '    |',
      '  1 | ab: cd',
      '    |     ^^',
    ]);
  });

  it('shows at least one caret, also behind the end of a line', () => {
    expect(frame('ab', placeAt('f', 1, 3, 3)).at(-1)).toBe('    |   ^');
    expect(frame('ab', placeAt('f', 1, 99, 120)).at(-1)).toBe('    |   ^');
  });

  it('has no frame without text or line', () => {
    expect(frame(null, placeAt('f', 1, 1, 2))).toEqual([]);
    expect(frame('a', placeAt('f', 7, 1, 2))).toEqual([]);
  });

  it('keeps control characters from the terminal', () => {
    const one = diagnostic('config/unknown-key', 'unknown key `\u001b[31m\u202e\n`', { place: null });
    expect(renderDiagnostic(one, null, plainPaint)).toBe(
      'error: unknown key `\\u001b[31m\\u202e\\n` [config/unknown-key]',
    );
  });

  it('colours by severity', () => {
    const paint: Paint = {
      ...plainPaint,
      warning: (text) => `<w>${text}</w>`,
      bold: (text) => `<b>${text}</b>`,
    };
    const one = diagnostic('config/uncatalogued-model', 'm', { place: placeAt('f', 1, 1, 2) });
    expect(renderDiagnostic(one, 'a', paint)).toBe(
      '<b>f:1:1</b>: <w>warning:</w> m [config/uncatalogued-model]\n    |\n  1 | a\n    | <w>^</w>',
    );
  });
});

describe('sortDiagnostics', () => {
  it('sorts by file, line and column, without place first', () => {
    const places = [
      placeAt('b', 1, 1, 2),
      placeAt('a', 10, 1, 2),
      placeAt('a', 9, 5, 6),
      placeAt('a', 9, 4, 6),
      null,
    ];
    const sorted = sortDiagnostics(places.map((place) => diagnostic('config/unknown-key', 'm', { place })));
    expect(sorted.map(({ place }) => place && `${place.file}${place.line}:${place.column}`)).toEqual([
      null,
      'a9:4',
      'a9:5',
      'a10:1',
      'b1:1',
    ]);
  });
});

describe('diagnosticsJson', () => {
  it('has every key, and counts', () => {
    const place = placeAt('f', 1, 2, 3);
    const list = [
      diagnostic('config/unknown-key', 'm', { place, hint: 'h', related: [{ place, message: 'r' }] }),
      diagnostic('config/uncatalogued-model', 'w', { place: null, fix: { title: 't', place, text: 'x' } }),
    ];
    const at = { file: 'f', line: 1, column: 2, end_line: 1, end_column: 3 };
    const none = { file: null, line: null, column: null, end_line: null, end_column: null };
    expect(diagnosticsJson(list)).toEqual({
      diagnostics: [
        {
          code: 'config/unknown-key',
          severity: 'error',
          ...at,
          message: 'm',
          hint: 'h',
          related: [{ ...at, message: 'r' }],
          fix: null,
        },
        {
          code: 'config/uncatalogued-model',
          severity: 'warning',
          ...none,
          message: 'w',
          hint: null,
          related: [],
          fix: { title: 't', ...at, text: 'x' },
        },
      ],
      errors: 1,
      warnings: 1,
    });
  });
});

function placeAt(file: string, line: number, column: number, endColumn: number): Place {
  return { file, line, column, endLine: line, endColumn };
}

function frame(text: string | null, place: Place): string[] {
  const one = diagnostic('config/unknown-key', 'm', { place });
  return renderDiagnostic(one, text, plainPaint).split('\n').slice(1);
}
