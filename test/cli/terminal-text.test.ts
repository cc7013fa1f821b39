import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Chalk } from 'chalk';
import { createTerminalText } from '../../src/cli/terminal-text.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { runInProcess } from '../rig/in-process.js';

const ESC = '\u001b';
const HOSTILE = `a${ESC}]52;c;ZXZpbA==\u0007${ESC}[2J${ESC}[8m\u009b31m\u0008\u202e\u{e0041}z`;
const SHOWN = 'a\\u001b]52;c;ZXZpbA==\\u0007\\u001b[2J\\u001b[8m\\u009b31m\\u0008\\u202e\\udb40\\udc41z';

describe('a text for a terminal', () => {
  it.each([
    ['control and format characters', HOSTILE, SHOWN],
    ['a carriage return that rewinds the line', 'safe\revil', 'safe\\u000devil'],
    ['line ends and tabs, which stay', 'a\tb\r\nc\n', 'a\tb\nc\n'],
    ['letters, joined emoji and marks of direction, which stay', 'é 家 👩‍👩‍👧 \u200f', 'é 家 👩‍👩‍👧 \u200f'],
  ])('shows %s', (_, text, shown) => {
    expect(createTerminalText(() => 0).clean(text)).toBe(shown);
  });

  it('keeps our own colours, and shows the same sequences in text of others', () => {
    const { bold } = new Chalk({ level: 1 });
    const text = createTerminalText(() => 0.5);
    const paint = text.painted({ ...plainPaint, bold });
    const painted = paint.bold(`x${ESC}[1my`);
    expect(text.clean(painted)).toBe(`${ESC}[1mx\\u001b[1my${ESC}[22m`);
  });

  it.each([
    ['x\n  ::error::y', 'x\n  \\u003a:error::y'],
    ['::add-mask::y', '\\u003a:add-mask::y'],
    ['x ##[error]y ##vso[task]', 'x #\\u0023[error]y #\\u0023vso[task]'],
    ['std::string # 1 ## Title', 'std::string # 1 ## Title'],
  ])('writes no command to a CI service: %j', (text, shown) => {
    expect(createTerminalText(() => 0).message(text)).toBe(shown);
  });
});

describe('an answer', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'llm-answer-'));
  writeFileSync(
    path.join(root, 'c.yaml'),
    `version: 1\nagents: { a: { preferred_tool: m } }\ntools: { m: { kind: mock, responses: [{ text: ${JSON.stringify(HOSTILE)} }] } }\n`,
  );
  const run = (columns: number | undefined, ...more: string[]) =>
    runInProcess(['--config', 'c.yaml', 'exec', '-a', 'a', '--no-stdin', 'hi', ...more], {
      root,
      ...(columns === undefined ? {} : { columns }),
    });

  it.each([
    ['is shown on a terminal', 80, [], `${SHOWN}\n`],
    ['is left as it is on a terminal with `--raw`', 80, ['--raw'], `${HOSTILE}\n`],
    ['is left as it is in a pipe', undefined, [], `${HOSTILE}\n`],
  ])('%s', async (_, columns, more, stdout) => {
    expect(await run(columns, ...more)).toMatchObject({ code: 0, stdout });
  });

  it('stays the same JSON value on a terminal', async () => {
    const { stdout } = await run(80, '--json');
    expect(stdout).not.toMatch(/[\u007f-\u009f\u202e]/);
    expect(JSON.parse(stdout).text).toBe(HOSTILE);
  });
});
