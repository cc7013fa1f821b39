import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { split } from 'shlex';
import { commandTree } from '../../scripts/command-tree.js';
import { blocksOf, DOC_PAGES, readPage } from './screens.js';

const PROGRAM = commandTree();
/** Every command line of a page that calls the program. */
function linesOf(page: string): string[] {
  const shells = blocksOf(readPage(page)).filter(({ language }) =>
    ['', 'sh', 'bash', 'console'].includes(language),
  );
  return shells.flatMap(({ text }) =>
    text
      .replace(/\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => !line.includes('──'))
      .flatMap((line) => callsIn(line.replace(/^\$ /, ''))),
  );
}

/** `llm-router …` up to the end of its command: a pipe, a redirection, a comment, or what closes it. */
function callsIn(line: string): string[] {
  return [...line.matchAll(/(?:^|[|;&(] *|\s-[IP] \S+ )((?:[A-Z_]+=\S+ )*)llm-router( [^|;&>#)]*)?/g)].map(
    ([, , rest = '']) => rest.trim(),
  );
}

/** Words of the line that the program does not have: a command, or an option of its command. */
function unknownIn(line: string): string[] {
  const words = wordsOf(line);
  let command: Command = PROGRAM;
  let isCommand = true;
  const unknown: string[] = [];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    if (/^-{1,2}[a-z]/i.test(word)) {
      const [flag = '', value] = word.split('=');
      const option = command.options.find(({ long, short }) => [long, short].includes(flag));
      if (option === undefined && !['--help', '-h'].includes(flag)) unknown.push(flag);
      if (option?.required === true && value === undefined) words.shift();
      continue;
    }
    const below = isCommand ? command.commands.find((one) => one.name() === word) : undefined;
    if (below !== undefined) command = below;
    else if (isCommand && command.registeredArguments.length === 0 && word !== '…') unknown.push(word);
    else isCommand = false;
  }
  return unknown;
}

/** What follows two blanks explains the line; a quote that a pipe has cut open is no matter here. */
function wordsOf(line: string): string[] {
  const [call = ''] = line.split(/ {2,}/);
  try {
    return split(call);
  } catch {
    return [];
  }
}

describe('every page', () => {
  it.each(DOC_PAGES)('%s calls only commands and options that exist', (page) => {
    const wrong = linesOf(page).flatMap((line) =>
      unknownIn(line).map((word) => `${word} in: llm-router ${line}`),
    );
    expect(wrong).toEqual([]);
  });
});
