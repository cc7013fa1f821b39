import { expect } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';
import { type Desk, NOW } from './desk.js';
import type { Scene } from './scenes.js';

/** A scene as a text file: without colours on two widths and in a pipe, and with its colours as marks. */
export async function sheetOf(desk: Desk, scene: Scene): Promise<string> {
  const narrow = await shot(desk, scene, { columns: 80 });
  const wide = await shot(desk, scene, { columns: 120 });
  const plain = await shot(desk, scene, { columns: 80, env: { NO_COLOR: '1' } });
  expect(uncoloured(narrow)).toBe(plain);
  const parts = [
    ['80 columns, NO_COLOR', plain],
    ['120 columns, NO_COLOR', uncoloured(wide)],
    ['in a pipe', await shot(desk, scene, {})],
    ['80 columns, in colour', marked(narrow)],
  ];
  const head = `$ llm-router ${scene.args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`;
  return [head, ...parts.map(([title, text]) => `\n--- ${title} ---\n${text}`)].join('\n');
}

async function shot(
  desk: Desk,
  { args, code = 0, name, before }: Scene,
  how: { columns?: number; env?: Record<string, string> },
): Promise<string> {
  const { home, project, env, named } = desk;
  desk.reset();
  before?.(desk);
  const result = await runInProcess(args, {
    root: home,
    cwd: project,
    nowMs: NOW,
    ...how,
    env: { ...env, ...how.env },
  });
  if (result.code !== code) throw new Error(`\`${name}\` ended with ${result.code}: ${result.screen}`);
  const text = how.columns === undefined ? inPipes(result) : result.screen;
  return steady(named(text)).trimEnd().concat('\n');
}

function inPipes({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return stderr === '' ? stdout : `${stdout}(stderr)\n${stderr}`;
}

/** Versions and sizes of the machine that runs the test. */
function steady(text: string): string {
  return text
    .replaceAll(process.versions.node, '20.19.0')
    .replace(/SQLite [\d.]+/, 'SQLite 3.50.0')
    .replace(/\d+ KiB/, '96 KiB');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const COLOUR = /\u001b\[(\d+)m/g;

function uncoloured(text: string): string {
  return text.replace(COLOUR, '');
}

const NAMES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  22: '/',
  31: 'red',
  32: 'green',
  33: 'yellow',
  35: 'magenta',
  36: 'cyan',
  39: '/',
};

function marked(text: string): string {
  return text.replace(COLOUR, (_, code: string) => `<${NAMES[code] ?? code}>`);
}
