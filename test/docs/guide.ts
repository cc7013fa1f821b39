import { chmodSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../architecture/imports.js';
import type { Rig } from '../rig/rig.js';
import { blocksOf } from './screens.js';

/** Pages whose files and commands are tried as they stand, in order, on a machine of their own. */
export const GUIDE_PAGES = [
  'docs/quickstart.md',
  'docs/moving.md',
  ...readdirSync(path.join(ROOT, 'docs/guide'))
    .sort()
    .map((name) => `docs/guide/${name}`),
];

/** What a page does: writes a file, sets how a program of the machine answers, or runs a command and shows its output. */
export type PageStep =
  | { kind: 'file'; file: string; text: string }
  | { kind: 'answer'; program: string; answer: string }
  | { kind: 'command'; command: string; shown: string[] };

/** A directive, or a fenced block. */
const PART = /^(?:<!-- (?<program>\w+): (?<answer>\w+) -->|```[\s\S]*?^```)$/gm;

/** The steps of a page. `<!-- claude: limit -->` on a line of its own says how `claude` answers from there on. */
export function pageSteps(markdown: string): PageStep[] {
  return [...markdown.matchAll(PART)].flatMap(({ 0: part, groups }): PageStep[] => {
    const { program, answer } = groups ?? {};
    if (program !== undefined && answer !== undefined) return [{ kind: 'answer', program, answer }];
    const [block] = blocksOf(part);
    if (block?.file != null) return [{ kind: 'file', file: block.file, text: block.text }];
    return block?.language === '' && block.text.startsWith('$ ') ? commandsIn(block.text) : [];
  });
}

function commandsIn(text: string): PageStep[] {
  return text.split(/^\$ /m).flatMap((part): PageStep[] => {
    const [command = '', ...shown] = part.replace(/\n$/, '').split('\n');
    return command === '' ? [] : [{ kind: 'command', command, shown }];
  });
}

/** Agent CLIs of the machine that a page is tried on, each with its answers by name. They speak as the real ones do. */
const PROGRAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  claude: {
    answers: claude({ result: 'Two problems: the loop never ends, and the file is not closed.' }),
    dear: claude({ result: 'Two problems: the loop never ends, and the file is not closed.', usd: 0.4 }),
    json: claude({ result: '{"score": 7, "verdict": "fix the loop"}' }),
    limit: claude({
      is_error: true,
      result: 'Claude usage limit reached. Your limit will reset at 3pm (UTC).',
    }),
  },
  codex: {
    answers: [
      { type: 'thread.started', thread_id: '0199a213-81c0-7800-8aa1-bbab2a035a53' },
      { type: 'turn.started' },
      { type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text: 'The loop never ends.' } },
      { type: 'turn.completed', usage: { input_tokens: 900, cached_input_tokens: 0, output_tokens: 40 } },
    ]
      .map((event) => JSON.stringify(event))
      .join('\n'),
  },
};

function claude({ usd = 0.00585, ...fields }: { result: string; is_error?: boolean; usd?: number }): string {
  const usage = {
    inputTokens: 1200,
    outputTokens: 150,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
  };
  const head = { type: 'result', subtype: 'success', is_error: false, num_turns: 1, session_id: 's-1' };
  const spent = fields.is_error === true ? {} : { total_cost_usd: usd, modelUsage: { sonnet: usage } };
  return JSON.stringify({ ...head, ...fields, ...spent });
}

/** Installs a program with one of its answers; it reads its prompt and ends. */
export function installProgram(rig: Rig, program: string, answer: string): void {
  const text = PROGRAMS[program]?.[answer];
  if (text === undefined)
    throw new Error(`no answer \`${answer}\` of \`${program}\` in ${import.meta.filename}`);
  const file = path.join(rig.bin, program);
  const fails = answer === 'limit' ? 1 : 0;
  writeFileSync(
    file,
    `#!/bin/sh\n[ "$1" = --version ] && echo 2.1.0 && exit\nprintf '%s\\n' '${text}'\nexit ${fails}\n`,
  );
  chmodSync(file, 0o755);
}

/** Puts the agent CLIs into PATH, and what else the pages call. */
export function preparePrograms(rig: Rig): void {
  for (const program of Object.keys(PROGRAMS)) installProgram(rig, program, 'answers');
  for (const name of ['cat', 'cut', 'env', 'git', 'grep', 'head', 'sed', 'tail', 'tr'])
    symlinkSync(found(name), path.join(rig.bin, name));
}

function found(name: string): string {
  const file = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => path.join(folder, name))
    .find((one) => existsSync(one));
  if (file === undefined) throw new Error(`there is no \`${name}\` in PATH`);
  return file;
}
