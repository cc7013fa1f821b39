import { describe, expect, it } from '@jest/globals';
import { Command, CommanderError } from 'commander';
import fc from 'fast-check';
import { addExec } from '../../src/cli/commands/exec-options.js';
import type { CommandContext } from '../../src/cli/context.js';
import { contradictionIn } from '../../src/cli/contradictions.js';
import { plainExec } from '../../src/cli/plain-exec.js';
import { addGlobalOptions, type Register } from '../../src/cli/register.js';
import { IS_SOAK } from '../soak.js';

/** What the parser of the program makes of a line; `null`: it refuses it. */
function parsed(argv: readonly string[]): { words: string[]; options: Record<string, unknown> } | null {
  const program = addGlobalOptions(new Command('llm-router'))
    .enablePositionalOptions()
    .helpCommand(false)
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .exitOverride();
  let found: ReturnType<typeof parsed> = null;
  const register: Register = (parent, name, how) => {
    const command = addGlobalOptions(parent.command(name, how));
    const action = (): void => {
      command.action((words: string[], options: Record<string, unknown>) => {
        found = contradictionIn(command) === null ? { words, options } : null;
      });
    };
    return { command, action };
  };
  addExec({} as CommandContext, program, register);
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return null;
  }
  return found;
}

/** The same of the short way. */
function plain(argv: readonly string[]): ReturnType<typeof parsed> {
  const line = plainExec(argv);
  if (line === null) return null;
  const { words, options, config, quiet } = line;
  const globals = { ...(config.length > 0 ? { config } : {}), ...(quiet ? { quiet } : {}) };
  return { words, options: { ...options, ...globals } };
}

const USUAL = [
  ['exec', '-a', 'me', 'hello'],
  ['exec', '--config', 'c.yaml', '-a', 'me', '--no-stdin', '--json', 'hello'],
  ['exec', '-c', 'a', '--context', 'b', '--tag', 'x=1', '-q', '--format', 'ndjson', 'one', 'two', '--', '-x'],
  ['exec', '--dry-run', '--explain', '-f', 'prompt.md', '--timeout', '10m', '--field', 'text'],
  ['exec', '--tool', 'mock', '--no-fallback', '--no-stream', '--cwd', '/', '-o', 'out', '-y', '-'],
];

const WORDS = [
  ...[
    '--agent',
    '-a',
    '-f',
    '--prompt-file',
    '--system',
    '-s',
    '--system-file',
    '-t',
    '--task',
    '--tool',
    '-m',
  ],
  ...['--model', '--schema', '--policy', '--patience', '--timeout', '--cwd', '-o', '--output', '--session'],
  ...[
    '--source-agent',
    '--field',
    '--format',
    '-c',
    '--context',
    '--tag',
    '--config',
    '--no-stdin',
    '-y',
    '--yes',
  ],
  ...[
    '--fallback',
    '--no-fallback',
    '--json',
    '--stream',
    '--no-stream',
    '--raw',
    '--dry-run',
    '--explain',
    '-q',
  ],
  ...[
    '--quiet',
    '--force',
    '--effort',
    'high',
    '--max-tokens',
    '5',
    '--nonsense',
    '-v',
    '-h',
    '--help',
    '-qv',
  ],
  ...[
    '--',
    '-',
    '',
    'text',
    'json',
    'ndjson',
    'hello',
    'exec',
    '--agent=me',
    '-ame',
    '-1',
    '--no-agent',
    '__proto__',
  ],
];

describe('the short way through a command line', () => {
  it.each(USUAL)('reads the usual lines: %s', (...argv) => {
    expect(plain(argv)).not.toBeNull();
    expect(plain(argv)).toEqual(parsed(argv));
  });

  it('gives what the parser gives, or leaves the line to it', () => {
    const lines = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 });
    let read = 0;
    fc.assert(
      fc.property(lines, (words) => {
        const found = plain(['exec', ...words]);
        if (found === null) return;
        read += 1;
        expect(found).toEqual(parsed(['exec', ...words]));
      }),
      { numRuns: IS_SOAK ? 20_000 : 400 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it.each([
    [['stats']],
    [['--quiet', 'exec', 'hello']],
    [[]],
    [['exec', '--agent']],
    [['exec', '--verbose', 'hi']],
  ])('leaves %j to the parser', (argv) => {
    expect(plainExec(argv)).toBeNull();
  });
});
