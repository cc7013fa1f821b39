import { child, entriesOf, isTree, type Tree } from '../tree.js';
import { type CommandLine, convertCommandLine } from './command-line.js';
import {
  compact,
  type Draft,
  durationOf,
  isSeconds,
  isText,
  isTextList,
  isVariables,
  leftOver,
  type Note,
  overruled,
  renamedNote,
  sameNameNotes,
  type Taken,
  textOf,
  textsOf,
  validName,
} from './draft.js';
import { convertReferences, convertVariables } from './variables.js';

const TAKEN: Taken = {
  binary: isText,
  command: isText,
  binary_path: isText,
  command_template: isText,
  invoke_pattern: isText,
  platforms: { linux: isText, macos: isText, darwin: isText, windows: isText },
  models: isTextList,
  env_vars: isVariables,
  env_required: isTextList,
  timeout: isSeconds,
};
const FORMAT_KEYS = ['output_format', 'response_format'];

/** Converts `tools`, with the limits that stood in `rate_limiting`. */
export function convertTools(old: { tools: unknown; rates: unknown; builtIns: readonly string[] }): Draft {
  const tools = entriesOf(old.tools).map(([was, entry]) => {
    const name = validName(was);
    const tool = isTree(entry) ? entry : {};
    const isBuiltIn = old.builtIns.includes(name);
    const { value, notes } = convertTool({ name, tool, isBuiltIn, rate: rateOf(old.rates, was) });
    return { name, value, notes: [...renamedNote(was, name, ['tools', name]), ...notes] };
  });
  return {
    value: Object.fromEntries(tools.map(({ name, value }) => [name, value])),
    notes: [
      ...sameNameNotes(
        tools.map(({ name }) => name),
        'tools',
      ),
      ...tools.flatMap(({ notes }) => notes),
      ...rateNotes(old.rates, Object.keys(Object(old.tools))),
    ],
  };
}

const RATE_KEYS = ['max_requests_per_minute', 'max_requests_per_hour'];
const isRate = (value: unknown): boolean => Number(value) > 0;

/** A limit of a tool that is not defined, or that is no number, limits nothing. */
function rateNotes(rates: unknown, tools: readonly string[]): Note[] {
  const ofTools = Object.fromEntries(tools.map((tool) => [tool, isRate]));
  const taken = (key: string) => (isTree(child(rates, key)) || tools.length === 0 ? ofTools : isRate);
  const known = Object.fromEntries(RATE_KEYS.map((key) => [key, taken(key)]));
  return leftOver(rates, known, ['tools'], 'rate_limiting.');
}

function rateOf(rates: unknown, tool: string): Tree {
  const [minute, hour] = RATE_KEYS.map((key) => {
    const limits = child(rates, key);
    return Number(isTree(limits) ? child(limits, tool) : limits);
  });
  const limit = (count: number | undefined) => (count !== undefined && count > 0 ? count : undefined);
  return { requests_per_minute: limit(minute), requests_per_hour: limit(hour) };
}

function convertTool(old: { name: string; tool: Tree; isBuiltIn: boolean; rate: Tree }): Draft {
  const { name, tool, isBuiltIn } = old;
  const path = ['tools', name];
  const written = textOf(child(tool, 'command_template') ?? child(tool, 'invoke_pattern'));
  const line = written === undefined ? null : convertCommandLine(written);
  const variables = convertVariables(child(tool, 'env_vars'), path);
  const binary = textOf(child(tool, 'binary_path') ?? child(tool, 'binary') ?? child(tool, 'command'));
  const value = compact({
    binary: binary === undefined ? undefined : convertReferences(binary),
    platforms: platformsOf(child(tool, 'platforms')),
    command_template: line?.template,
    prompt: isBuiltIn ? line?.prompt : stdinOnly(line),
    output: line === null ? undefined : outputOf(tool, line),
    models: textsOf(child(tool, 'models')),
    env_vars: variables.value,
    env_required: textsOf(child(tool, 'env_required')),
    rate_limit: old.rate,
    timeout: durationOf(child(tool, 'timeout')),
  });
  const notes: Note[] = [
    ...(isBuiltIn && line !== null ? [{ path, text: BUILT_IN_ADVICE }] : []),
    ...(line?.notes ?? []).map((text) => ({ path, text })),
    ...variables.notes,
    ...alternatives(tool).flatMap((values) => overruled(values, path)),
    ...leftOver(tool, { ...TAKEN, ...outputTaken(tool) }, path),
  ];
  return { value, notes };
}

const BUILT_IN_ADVICE =
  'a tool of this name is built in, and also reads tokens, cost and failures: delete binary, command_template, prompt and output to use it';

/** Where the template says it by itself, it need not be said again. */
function stdinOnly(line: CommandLine | null): string | undefined {
  const isClear = line === null || line.prompt !== 'stdin' || !/\{prompt(_file)?\}/.test(line.template);
  return isClear ? undefined : 'stdin';
}

function platformsOf(value: unknown): Tree | undefined {
  const path = (key: string): string | undefined => textOf(child(value, key));
  return isTree(value)
    ? { linux: path('linux'), macos: path('macos') ?? path('darwin'), windows: path('windows') }
    : undefined;
}

/** Keys of the same meaning, the one that holds first. */
function alternatives(tool: Tree): { key: string; value: unknown }[][] {
  const groups = [['command_template', 'invoke_pattern'], ['binary_path', 'binary', 'command'], FORMAT_KEYS];
  const platforms = child(tool, 'platforms');
  const darwin = ['macos', 'darwin'].map((key) => ({
    key: `platforms.${key}`,
    value: child(platforms, key),
  }));
  return [...groups.map((keys) => keys.map((key) => ({ key, value: child(tool, key) }))), darwin];
}

/** Without a template the output stays that of the built-in tool; a text has no field. */
function outputTaken(tool: Tree): Taken {
  const hasTemplate = isText(child(tool, 'command_template') ?? child(tool, 'invoke_pattern'));
  if (!hasTemplate) return {};
  const isFormat = (value: unknown): boolean => value === 'json' || value === 'text';
  const [format, response] = FORMAT_KEYS.map((key) => child(tool, key));
  const isJson = (format ?? response) === 'json';
  return { output_format: isFormat, response_format: isFormat, ...(isJson ? { text_field: isText } : {}) };
}

/** The old router guessed whether the output was JSON; a tool says so now. */
function outputOf(tool: Tree, { writesFile }: CommandLine): Tree {
  const format = textOf(child(tool, 'output_format') ?? child(tool, 'response_format'));
  const from = writesFile ? { from: 'output_file' } : {};
  if (format !== 'json') return { format: 'text', ...from };
  const field = textOf(child(tool, 'text_field'));
  const text =
    field === undefined
      ? ['/response', '/text', '/content', '/output', '/message', '/completion']
      : `/${field.replaceAll('.', '/')}`;
  return { format: 'json', ...from, text };
}
