import { entriesOf, isTree, type Tree } from '../../src/config/tree.js';
import { splitCommand } from '../../src/domain/template.js';
import { code, plain, table } from './markdown.js';

/** An argument, or an optional group of them. */
type Item = string | readonly string[];

const WIDTH = 100;

/** The command line as a person would type it: `[...]` is left out without a value, `{...}` is filled in. */
export function commandText(tool: Tree): string[] {
  const items = itemsOf(tool);
  const shown = items.map((item) =>
    typeof item === 'string' ? quoted(item) : `[${item.map(quoted).join(' ')}]`,
  );
  const ends = promptWay(tool) === 'stdin' ? ['< prompt'] : [];
  return wrapped([...shown, ...ends]);
}

/** `stdin`, `file` or `argument`. */
export function promptWay(tool: Tree): string {
  if (tool.prompt !== undefined) return plain(tool.prompt);
  const text = plain(itemsOf(tool));
  if (text.includes('{prompt}')) return 'argument';
  return text.includes('{prompt_file}') ? 'file' : 'stdin';
}

/** The parts of a request, their placeholders, and what happens in a tool without them. */
const OPTIONS: readonly [what: string, placeholders: readonly string[], otherwise: string][] = [
  ['model', ['model'], 'not supported: the tool uses its own'],
  [
    'system prompt',
    ['system', 'system_file'],
    'not supported: it is put before the prompt, with a blank line between',
  ],
  [
    'schema of the answer',
    ['schema', 'schema_file'],
    'not supported: it is appended to the prompt; the router checks the answer in any case',
  ],
  ['session to resume', ['tool_session_id'], 'not possible: `--resume` rejects the tool'],
  ['cost cap', ['max_cost_usd'], 'not supported: the option is ignored with a warning'],
  ['effort', ['effort'], 'not supported: the option is ignored with a warning'],
  ['token limit', ['max_tokens'], 'not supported: the option is ignored with a warning'],
  ['temperature', ['temperature'], 'not supported: the option is ignored with a warning'],
  ['working directory', ['cwd'], 'the program starts in it'],
];

const PROMPT_WAYS: Readonly<Record<string, string>> = {
  stdin: 'on standard input, which is then closed',
  file: 'in a file: your own, or a private temporary one',
  argument: 'as one argument, which other users of the machine can read',
};

/** A table of the parts of a request, and how each is passed to the tool. */
export function passedTable(tool: Tree): string[] {
  const way = promptWay(tool);
  const rows = OPTIONS.map(([what, names, otherwise]) => {
    const places = placesOf(tool, names);
    const isSeen = names.includes('system') && itemsOf(tool).some((item) => holds(item, ['system']));
    const note = isSeen ? '; an argument, which other users of the machine can read' : '';
    return [what, places.length === 0 ? otherwise : places.map(code).join(', ') + note];
  });
  return table(['part of the request', 'how it is passed'], [['prompt', PROMPT_WAYS[way] ?? way], ...rows]);
}

/** Whether the tool can take a part of a request. */
export function passes(tool: Tree, names: readonly string[]): boolean {
  return placesOf(tool, names).length > 0;
}

function itemsOf(tool: Tree): Item[] {
  const words = typeof tool.command_template === 'string' ? splitCommand(tool.command_template) : null;
  if (words?.ok === true)
    return words.value.map((word) => (word === '{binary}' ? plain(tool.binary ?? word) : word));
  const args = (Array.isArray(tool.args) ? tool.args : []) as Item[];
  return [plain(tool.binary ?? ''), ...args];
}

/** The arguments with one of the placeholders, with the option before them; else the other keys with it. */
function placesOf(tool: Tree, names: readonly string[]): string[] {
  const items = itemsOf(tool);
  const inArguments = items.flatMap((item, index) => {
    if (!holds(item, names)) return [];
    const before = items[index - 1];
    const option = typeof item === 'string' && typeof before === 'string' && /^--?\w/.test(before);
    return [[option ? [before] : [], item].flat(2).map(quoted).join(' ')];
  });
  const { args, command_template, output, failures, ...rest } = tool;
  return [...new Set([...inArguments, ...keysHolding(rest, names)])];
}

function keysHolding(value: Tree, names: readonly string[], base = ''): string[] {
  return entriesOf(value).flatMap(([key, item]) => {
    if (!holds(item, names)) return [];
    return isTree(item) ? keysHolding(item, names, `${base}${key}.`) : [`${base}${key}`];
  });
}

function holds(value: unknown, names: readonly string[]): boolean {
  return names.some((name) => plain(value).includes(`{${name}}`));
}

function quoted(argument: string): string {
  if (/^[\w@%+=:,./<>{}-]+$/.test(argument)) return argument;
  return argument.includes("'") && !/["$`\\]/.test(argument)
    ? `"${argument}"`
    : `'${argument.replaceAll("'", `'\\''`)}'`;
}

function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of withValues(words)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > WIDTH && line !== '') {
      lines.push(`${line} \\`);
      line = `    ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

/** Keeps an option and its value on one line. */
function withValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1) ?? '';
    const isValue = /^--?[\w-]+$/.test(before) && /^[\w'"{]/.test(word) && word !== '{access_args}';
    if (isValue) joined.pop();
    joined.push(isValue ? `${before} ${word}` : word);
  }
  return joined;
}
