import type { Command } from 'commander';
import remarkMan from 'remark-man';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { VERSION } from '../src/version.generated.js';
import { type DescribedCommand, describeCommand, globalOptions, type Term } from './command-tree.js';
import type { GeneratedFile } from './generated-files.js';

/** Manual pages of the program and of each of its commands. */
export function manPages(program: Command): Promise<GeneratedFile[]> {
  const all = describeCommand(program);
  const overview = [
    ...body({ ...all, commands: [] }),
    '## COMMANDS',
    ...all.commands.map(({ path, description }) => definition({ term: path, meaning: description })),
    '## OPTIONS OF EVERY COMMAND',
    ...globalOptions(program).map(definition),
    '## SEE ALSO',
    all.commands.map(({ path }) => `\`${pageName(path)}\`(1)`).join(', '),
  ];
  const pages = all.commands.map((one) => page(one, [...body(one), '## SEE ALSO', '`llm-router`(1)']));
  return Promise.all([page(all, overview), ...pages]);
}

async function page(
  { path, description }: DescribedCommand,
  parts: readonly string[],
): Promise<GeneratedFile> {
  const name = pageName(path);
  const options = { name, section: 1, description, version: VERSION, manual: 'llm-router' };
  const file = await unified().use(remarkParse).use(remarkMan, options).process(parts.join('\n\n'));
  // The date would be that of today, and the page stale tomorrow.
  const text = String(file).replace(/^(\.TH "[^"]*" "1") "[^"]*"/, '$1 ""');
  return [`man/${name}.1`, `${text}\n`];
}

function pageName(path: string): string {
  return path.replaceAll(' ', '-');
}

function body(command: DescribedCommand): string[] {
  const { usage, arguments: words, options, advice, commands } = command;
  return [
    '## SYNOPSIS',
    `\`${usage}\``,
    ...(words.length > 0 ? ['## ARGUMENTS', ...words.map(definition)] : []),
    ...options.flatMap(({ heading, terms }) => [
      `## ${heading.replace(/:$/, '').toUpperCase()}`,
      ...terms.map(definition),
    ]),
    ...(advice.note === undefined ? [] : ['## NOTES', plain(advice.note)]),
    '## EXAMPLES',
    `\`\`\`\n${advice.examples.map(([line]) => line).join('\n')}\n\`\`\``,
    ...commands.flatMap((one) => [`## COMMAND ${one.path}`, plain(`${one.description}.`), ...below(one)]),
  ];
}

/** A command of a command, as a part of its page. */
function below(command: DescribedCommand): string[] {
  const [, ...rest] = body(command);
  return rest.map((part) => part.replace(/^## /, '### '));
}

/** Indented text below a term. */
function definition({ term, meaning }: Term): string {
  return `* \`${term}\`:\n  ${plain(meaning)}`;
}

function plain(text: string): string {
  return text.replace(/[\\<>*_[\]]/g, '\\$&');
}
