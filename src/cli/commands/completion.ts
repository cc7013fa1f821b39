import type { Command } from 'commander';
import { type Asked, askedWord, type Choice } from '../completion/asked.js';
import { namesOf } from '../completion/names.js';
import { SCRIPTS } from '../completion/scripts.js';
import type { Shell } from '../completion/shells.js';
import type { CommandContext } from '../context.js';
import { wordsBefore } from '../shell-command.js';

/** `completion <shell>`: prints the script that completes command lines in this shell. */
export async function runCompletion({ output }: CommandContext, shell: Shell): Promise<number> {
  await output.data(SCRIPTS[shell]);
  return 0;
}

/** `complete <shell> -- …`: prints what may stand at the cursor, for the scripts. */
export async function runComplete(
  context: CommandContext,
  program: Command,
  { shell, words }: { shell: Shell; words: readonly string[] },
): Promise<number> {
  const { output, globals } = context;
  const [line = '', lastPart = ''] = words;
  const { asked, before, typed, configs } = askedWord(
    program,
    shell === 'bash' ? wordsBefore(line).slice(1) : words,
  );
  // What is wrong with a config is not said in the middle of typing.
  output.quiet = true;
  globals.config.push(...configs);
  const choices = await choicesOf(asked, context, program);
  const fitting = choices.filter(({ value }) => value.startsWith(typed) && isSafe(value));
  const kind = 'choices' in asked || 'of' in asked ? 'choices' : asked.kind;
  const lines = fitting.map((choice) => lineFor(shell, choice, { before, typed, lastPart }));
  await output.data([kind, ...lines].map((text) => `${text}\n`).join(''));
  return 0;
}

async function choicesOf(
  asked: Asked,
  context: CommandContext,
  program: Command,
): Promise<readonly Choice[]> {
  if (asked.kind === 'choices') return asked.choices;
  return asked.kind === 'names' ? namesOf(asked.of, context, program) : [];
}

/** A name that every shell reads as it stands. */
function isSafe(value: string): boolean {
  return /^[\w.:/@+,=-]+$/.test(value);
}

/** A choice as this shell takes it. */
function lineFor(
  shell: Shell,
  { value, description }: Choice,
  { before, typed, lastPart }: { before: string; typed: string; lastPart: string },
): string {
  const meaning = description.replace(/\s+/g, ' ').trim();
  if (shell === 'fish') return `${before}${value}\t${meaning}`;
  if (shell === 'zsh') return [value.replaceAll(':', '\\:'), meaning].filter((part) => part !== '').join(':');
  // Bash replaces only what follows the last `=` or `:`.
  return `${before}${value}`.slice(Math.max(0, before.length + typed.length - lastPart.length));
}
