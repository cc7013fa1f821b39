import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { commandTree } from '../../scripts/command-tree.js';
import { ADVICE } from '../../src/cli/examples.js';
import { rigged } from '../rig/rig.js';

/** Every command with its path. */
function pathsIn(command: Command, above = ''): [path: string, command: Command][] {
  const path = `${above} ${command.name()}`.trim();
  return [[path, command], ...command.commands.flatMap((one) => pathsIn(one, path))];
}

const COMMANDS = new Map(pathsIn(commandTree()));

describe('help', () => {
  it('has advice for every command, and none for others', () => {
    expect(Object.keys(ADVICE).sort()).toEqual([...COMMANDS.keys()].sort());
  });

  it.each(Object.entries(ADVICE))('of `%s` has examples that the parser takes', (path, { examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const [line] of examples) {
      for (const [, text = ''] of line.matchAll(/llm-router((?: [^|>;)]+)?)/g)) {
        const words = text
          .trim()
          .split(/\s+/)
          .filter((word) => word !== '');
        const { command, left } = innermost(words);
        const flags = left
          .filter((word) => /^-{1,2}[a-z]/.test(word))
          .map((word) => word.split('=')[0] ?? '');
        const known = command.options.flatMap(({ long, short }) => [long, short]);
        expect([path, line, flags.filter((flag) => !known.includes(flag))]).toEqual([path, line, []]);
      }
    }
  });

  it.each([...COMMANDS])('of `%s` has its own options first and fits into 100 columns', (_, command) => {
    const lines = command.helpInformation().split('\n');
    expect(lines.filter((line) => /^[A-Z][\w ]*:$/.test(line)).at(-1)).toBe('Global options:');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it(
    'is in colour where colour is asked for',
    rigged(async (rig) => {
      const plain = await rig.run(['exec', '--help']);
      const painted = await rig.run(['exec', '--color', 'always', '--help']);
      expect(plain.stdout).not.toContain('\u001b');
      expect(painted.stdout).toContain('\u001b[1mLimits:\u001b[22m');
      expect(plain.stdout).toContain('\n\nExamples:\n  $ ');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
      expect(painted.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout);
    }),
  );
});

function innermost(words: readonly string[]): { command: Command; left: readonly string[] } {
  const [first = '', ...rest] = words;
  let command = commandNamed('llm-router');
  let left: readonly string[] = [first, ...rest];
  for (;;) {
    const below = command.commands.find((one) => one.name() === left[0]);
    if (below === undefined) return { command, left };
    command = below;
    left = left.slice(1);
  }
}

function commandNamed(path: string): Command {
  const command = COMMANDS.get(path);
  if (command === undefined) throw new Error(`no command ${path}`);
  return command;
}
