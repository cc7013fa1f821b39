import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../architecture/imports.js';
import type { Rig } from '../rig/rig.js';

/** A fenced block: its language, its file name if it has one, and its text with a final newline. */
export interface Block {
  language: string;
  file: string | null;
  text: string;
}

/** One command of a screen, and its output on the page. */
export interface Step {
  command: string;
  shown: string[];
}

/** The README and every page of the documentation, relative to the repository. */
export const DOC_PAGES = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

/** A page, relative to the repository, as text. */
export function readPage(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** The fenced blocks of a page. A file name follows the language, or is a comment in the first line. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)(?: ([\w./-]+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', named, text = '']) => {
      const commented = /^# ([\w.-]+\.yaml)\n/.exec(text)?.[1];
      return { language, file: named ?? commented ?? null, text };
    },
  );
}

/** The files on a page, by name; parts of one file are joined in order. */
export function filesOf(markdown: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const { file, text } of blocksOf(markdown))
    if (file !== null) files.set(file, (files.get(file) ?? '') + text);
  return files;
}

/** The commands of all screens of a page, in order: a line that starts with `$ `, and what follows. */
export function stepsOf(markdown: string): Step[] {
  const screens = blocksOf(markdown).filter(({ language, text }) => language === '' && text.startsWith('$ '));
  return screens.flatMap(({ text }) =>
    text.split(/^\$ /m).flatMap((part) => {
      const [command = '', ...shown] = part.replace(/\n$/, '').split('\n');
      return command === '' ? [] : [{ command, shown }];
    }),
  );
}

/** The output of a command of a page, both streams as on a terminal. */
export async function screenOf(rig: Rig, command: string): Promise<string[]> {
  const { stdout } = await rig.shell(`{ ${command}\n} 2>&1`);
  return stdout.replace(/\n$/, '').split('\n');
}

/** A screen without the parts that differ between runs: ids, times, durations, and widths that follow from them. */
export function normalised(lines: readonly string[], places: Readonly<Record<string, string>>): string[] {
  return lines.map((line) =>
    Object.entries(places)
      .reduce((text, [real, shown]) => text.replaceAll(real, shown), line)
      .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>')
      .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, '<time>')
      .replace(/\b\d{4}-\d\d-\d\d(?= \(UTC\))/g, '<day>')
      .replace(/\b(\d{4}-\d\d-\d\d )?\d\d:\d\d(:\d\d)? UTC \(in [^)]+\)/g, '<moment>')
      .replace(/--patience \w+/, '--patience <duration>')
      .replace(/\b\d+(\.\d)? (ms|s)$/, '<duration>')
      .replace(/(?<=\S) {2,}/g, '  '),
  );
}

/** The real screen, with the lines that `…` on the page stands for replaced by `…`. */
export function abridged(screen: readonly string[], shown: readonly string[]): string[] {
  const result: string[] = [];
  let position = 0;
  for (const [index, line] of shown.entries()) {
    if (line !== '…') {
      result.push(screen[position++] ?? '');
      continue;
    }
    const next = shown[index + 1];
    const found = next === undefined ? screen.length : screen.indexOf(next, position);
    if (found === -1) return [...screen];
    position = found;
    result.push('…');
  }
  return [...result, ...screen.slice(position)];
}

/** The file of a program that this machine has. */
export function programInPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(':');
  return folders.map((folder) => `${folder}/${name}`).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
