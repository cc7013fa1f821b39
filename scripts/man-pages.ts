import type { Command } from 'commander';
import remarkMan from 'remark-man';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { exitCodes } from '../src/cli/commands/help.js';
import { VARIABLE_GROUPS } from '../src/cli/variables.js';
import { CONFIG_FILE, CONFIG_FOLDER } from '../src/config-files/find.js';
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
    '## EXIT STATUS',
    plain(
      'Those of `exec`. Other commands use the same codes where they fail in the same way, and their pages name the others.',
    ),
    ...exitCodes().map(([term, meaning, failures]) => {
      return definition({ term, meaning: failures === '' ? meaning : `${meaning} (${failures})` });
    }),
    '## ENVIRONMENT',
    ...VARIABLE_GROUPS.flatMap(({ title, variables }) => [
      `### ${title}`,
      ...variables.map(({ name, meaning }) => definition({ term: name, meaning })),
    ]),
    '## FILES',
    ...FILES.map(definition),
    '## SEE ALSO',
    all.commands.map(({ path }) => `\`${pageName(path)}\`(1)`).join(', '),
  ];
  const pages = all.commands.map((one) => page(one, [...body(one), '## SEE ALSO', '`llm-router`(1)']));
  return Promise.all([page(all, overview), ...pages]);
}

/** Folders by the rules of XDG; `doctor` shows those that are used. */
const FILES: readonly Term[] = [
  { term: `${CONFIG_FILE}, ${CONFIG_FOLDER}/`, meaning: 'the config of a project' },
  { term: '~/.config/llm-router/', meaning: 'the config of the user (`$XDG_CONFIG_HOME`)' },
  {
    term: '~/.local/state/llm-router/',
    meaning: 'cooldowns, the audit log, detached runs and trust (`$XDG_STATE_HOME`)',
  },
  { term: '~/.local/share/llm-router/ledger.db', meaning: 'the ledger (`$XDG_DATA_HOME`)' },
  {
    term: '~/.cache/llm-router/',
    meaning: 'lists of models and checked configs, which can be made again (`$XDG_CACHE_HOME`)',
  },
  { term: '.llm-router/traces/', meaning: 'the traces of a project; elsewhere they are below the state' },
];

async function page(
  { path, description }: DescribedCommand,
  parts: readonly string[],
): Promise<GeneratedFile> {
  const name = pageName(path);
  // `whatis` shows one line.
  const [line = '', ...more] = description.split(/(?<=\.) /);
  const options = {
    name,
    section: 1,
    description: line.replace(/\.$/, '').replaceAll('`', ''),
    version: VERSION,
    manual: 'llm-router',
  };
  const [title = '', usage = '', ...rest] = parts;
  const about = more.length === 0 ? [] : ['## DESCRIPTION', plain(`${description}.`)];
  const markdown = [title, usage, ...about, ...rest].join('\n\n');
  const file = await unified().use(remarkParse).use(remarkMan, options).process(markdown);
  const text = String(file)
    // The date would be that of today, and the page stale tomorrow.
    .replace(/^(\.TH "[^"]*" "1") "[^"]*"/, '$1 ""')
    .replace(/^\.IP \\\(bu 4\n(\\fB.*?\\fR): /gm, '.TP\n$1\n');
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

/** Text without marks of Markdown, but for code. */
function plain(text: string): string {
  return text.replace(/(`[^`]*`)|[\\<>*_[\]]/g, (part, code) => code ?? `\\${part}`);
}
