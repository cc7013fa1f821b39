import { PLACEHOLDERS, splitCommand } from '../../domain/template.js';

/** An old command template in the new grammar. */
export interface CommandLine {
  template: string;
  /** How the prompt goes in, as the old template said it. */
  prompt: 'stdin' | 'file' | 'argument';
  /** The tool writes its answer into a file that it is given. */
  writesFile: boolean;
  /** What could not be taken over, as comments. */
  notes: string[];
}

const SHELL_WORDS = ['|', '||', '&&', ';', '&', '<', '>', '>>', '<<', '2>', '2>&1'];

/**
 * Doubled braces become single ones; `< {prompt_file}` becomes the prompt on standard input, `> {output_file}` falls away, as
 * the answer is read from standard output anyway; what else needs a shell is cut off and noted.
 */
export function convertCommandLine(old: string): CommandLine {
  const single = old.replace(/\{\{\s*(\w*)\s*\}\}/g, '{$1}');
  const input = /(?:^|\s)<\s*(["']?)\{(?:prompt_file|prompt)\}\1/.exec(single);
  const withoutInput = input === null ? single : single.replace(input[0], '');
  const withoutOutput = withoutInput.replace(/\s(?:1?>>?)\s*(["']?)\{output_file\}\1/, '');
  const { kept, dropped } = cutAtShell(withoutOutput);
  const { text, unknown } = escapeUnknown(kept.trim());
  const has = (name: string): boolean => text.includes(`{${name}}`);
  const way = has('prompt') ? 'argument' : has('prompt_file') ? 'file' : 'stdin';
  return {
    template: text,
    prompt: input === null ? way : 'stdin',
    writesFile: has('output_file'),
    notes: [
      ...(withoutOutput === withoutInput
        ? []
        : ['`> {output_file}` was left out: the answer is read from standard output']),
      ...(dropped === '' ? [] : [`no shell runs the command, so this was cut off: \`${dropped}\``]),
      ...unknown.map((name) => `\`{${name}}\` is no placeholder of version 1 and is literal text`),
    ],
  };
}

/** The first word that only a shell understands, and everything behind it. Words between quotes are just text. */
function cutAtShell(text: string): { kept: string; dropped: string } {
  for (const match of text.matchAll(/(?<=\s)\S+/g)) {
    const before = text.slice(0, match.index);
    const isOutsideQuotes = splitCommand(before).ok;
    if (isOutsideQuotes && SHELL_WORDS.some((word) => match[0].startsWith(word))) {
      return { kept: before, dropped: text.slice(match.index) };
    }
  }
  return { kept: text, dropped: '' };
}

function escapeUnknown(text: string): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  const known: readonly string[] = PLACEHOLDERS;
  const escaped = text.replace(/\{([A-Za-z_]\w*)\}/g, (match, name: string) => {
    if (known.includes(name)) return match;
    unknown.push(name);
    return `{{${name}}}`;
  });
  return { text: escaped, unknown: [...new Set(unknown)] };
}
