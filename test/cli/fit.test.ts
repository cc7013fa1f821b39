import { describe, expect, it } from '@jest/globals';
import { fitted } from '../../src/cli/fit.js';
import { legendOf } from '../../src/cli/print-table.js';

describe('a text on a narrow terminal', () => {
  it('breaks at blanks, and goes on below itself', () => {
    expect(fitted('  runs: one two three four five\nnext', 20)).toBe(
      '  runs: one two three\n    four five\nnext',
    );
  });

  it('leaves lines that fit, and words that are longer than a line', () => {
    const text = `short\n${'x'.repeat(60)}`;
    expect(fitted(text, 40)).toBe(text);
  });

  it('leaves a line of source and its marks as they are', () => {
    const frame = `  8 |     fallback_chain: [${'codx, '.repeat(20)}]\n    |                 ^^^^`;
    expect(fitted(frame, 40)).toBe(frame);
    const painted = frame.replace(/^.*\|/gm, (gutter) => `\u001b[2m${gutter}\u001b[22m`);
    expect(fitted(painted, 40)).toBe(painted);
  });

  it('measures colours as nothing', () => {
    const text = `\u001b[31m${'word '.repeat(7)}\u001b[39m`;
    expect(fitted(text, 36)).toBe(text);
  });
});

describe('the line below a table', () => {
  const SIGNS = { '-': 'none', '?': 'unknown', '+?': 'and a part that is unknown' };

  it('explains the signs that stand in cells', () => {
    expect(legendOf('A  B  COST\n-  x  $0.01+?', SIGNS)).toBe('- none; +? and a part that is unknown');
  });

  it('is not there for signs inside of words or in the heading', () => {
    expect(legendOf('-  ?\ncodex  gpt-6 what?', SIGNS)).toBeNull();
  });
});
