import type { ExecOptions } from './commands/exec-request.js';

/** A command line that runs `exec` with plain options only. */
export interface PlainExec {
  words: string[];
  options: ExecOptions;
  /** `--config`, in order. */
  config: string[];
  quiet: boolean;
}

/** Options that take a text, whatever it is. */
const TEXTS: Readonly<Record<string, keyof ExecOptions>> = {
  '-a': 'agent',
  '--agent': 'agent',
  '-f': 'promptFile',
  '--prompt-file': 'promptFile',
  '-s': 'system',
  '--system': 'system',
  '--system-file': 'systemFile',
  '-t': 'task',
  '--task': 'task',
  '--tool': 'tool',
  '-m': 'model',
  '--model': 'model',
  '--schema': 'schema',
  '--policy': 'policy',
  '--patience': 'patience',
  '--timeout': 'timeout',
  '--cwd': 'cwd',
  '-o': 'output',
  '--output': 'output',
  '--session': 'session',
  '--source-agent': 'sourceAgent',
  '--field': 'field',
  '--format': 'format',
};

/** Options without a value, and what they set. */
const SWITCHES: Readonly<Record<string, readonly [keyof ExecOptions, boolean]>> = {
  '--no-stdin': ['stdin', false],
  '-y': ['yes', true],
  '--yes': ['yes', true],
  '--fallback': ['fallback', true],
  '--no-fallback': ['fallback', false],
  '--json': ['json', true],
  '--stream': ['stream', true],
  '--no-stream': ['stream', false],
  '--raw': ['raw', true],
  '--dry-run': ['dryRun', true],
  '--explain': ['explain', true],
};

/** Options that may be repeated. */
const LISTS: Readonly<Record<string, 'context' | 'tag' | 'config'>> = {
  '-c': 'context',
  '--context': 'context',
  '--tag': 'tag',
  '--config': 'config',
};

const QUIET: ReadonlySet<string> = new Set(['-q', '--quiet']);

/**
 * Reads the usual command lines of `exec` as the parser of the program would, which takes as long to build as the whole rest of a start;
 * `null` for every other line, mistakes included, which is then the parser's.
 */
export function plainExec([command, ...rest]: readonly string[]): PlainExec | null {
  if (command !== 'exec') return null;
  const lists = { context: [] as string[], tag: [] as string[], config: [] as string[] };
  const given: Record<string, string | boolean> = {};
  const words: string[] = [];
  let quiet = false;
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (word === '--') {
      words.push(...rest.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const flag = own(SWITCHES, word);
    if (flag !== undefined) given[flag[0]] = flag[1];
    else if (QUIET.has(word)) quiet = true;
    else {
      const value = rest[++index];
      // A value that looks like an option is more often one that is missing.
      if (value === undefined || value.startsWith('-')) return null;
      const [list, text] = [own(LISTS, word), own(TEXTS, word)];
      if (list !== undefined) lists[list].push(value);
      else if (text !== undefined) given[text] = value;
      else return null;
    }
  }
  if (!isOneFormat(given)) return null;
  const { config, ...repeated } = lists;
  return { words, options: { stdin: true, format: 'text', ...repeated, ...given }, config, quiet };
}

/** At most one option says what stdout carries, by a word that is one. */
function isOneFormat({ json, field, format }: Record<string, unknown>): boolean {
  const asked = [json, field, format].filter((one) => one !== undefined);
  return asked.length <= 1 && (format === undefined || FORMATS.has(String(format)));
}

const FORMATS: ReadonlySet<string> = new Set(['text', 'json', 'ndjson']);

function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
