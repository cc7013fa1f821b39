import type { Command } from 'commander';
import { type DescribedCommand, describeCommand, globalOptions, type Term } from './command-tree.js';

/** The reference page of the commands, made from the help that the program prints. */
export function commandsPage(program: Command): string {
  const { commands } = describeCommand(program);
  const intro = '# Commands\n\nThe same as `llm-router help <command>` prints.';
  const globals = `## Options of every command\n\n${table('option', globalOptions(program))}`;
  return `${[intro, ...commands.flatMap((one) => sections(one, 2)), globals].join('\n\n')}\n`;
}

function sections(command: DescribedCommand, level: number): string[] {
  const { path, description, usage, arguments: words, options, advice, commands } = command;
  const parts = [`${'#'.repeat(level)} ${path}`, `${description}.`, `\`\`\`text\n${usage}\n\`\`\``];
  if (words.length > 0) parts.push(table('argument', words));
  for (const { heading, terms } of options) parts.push(table(heading.replace(/:$/, '').toLowerCase(), terms));
  if (advice.note !== undefined) parts.push(advice.note);
  if (advice.examples.length > 0)
    parts.push(`\`\`\`sh\n${advice.examples.map(exampleLine).join('\n')}\n\`\`\``);
  return [...parts, ...commands.flatMap((one) => sections(one, level + 1))];
}

function exampleLine([line, meaning]: readonly [line: string, meaning?: string]): string {
  return meaning === undefined ? line : `${line}   # ${meaning}`;
}

function table(what: string, terms: readonly Term[]): string {
  const rows = terms.map(({ term, meaning }) => `| \`${term}\` | ${cell(meaning)} |`);
  return [`| ${what} | meaning |`, '|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}
