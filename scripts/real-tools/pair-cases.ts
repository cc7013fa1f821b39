import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { type Finding, fieldOf, finding, leftovers, unless, whatFailed } from './finding.js';
import { type AfterFailure, NOTES, type PairBench } from './pair-bench.js';
import type { RouterRun } from './router-run.js';

/** One thing to try with two tools. */
export interface PairCase {
  name: string;
  title: string;
  run(bench: PairBench): Promise<Finding>;
}

const PROMPT = 'Write the answer into the notes.';
const HALF = 'half of the work';
const WHOLE = 'the whole work';
const START_LIMIT_MS = 90_000;

export const PAIR_CASES: readonly PairCase[] = [
  {
    name: 'rollback',
    title:
      'the first edits a file and fails with 429, its edit is rolled back, the second starts over and succeeds',
    run: (bench) => followed(bench, 'rollback'),
  },
  {
    name: 'hand-over',
    title:
      'the first edits a file and fails with 429, the second gets its diff and the reason, goes on and succeeds',
    run: (bench) => followed(bench, 'hand_over'),
  },
];

/** Each tool edits by a tool of its own that the provider calls; between the two the provider changes its mind. */
async function followed(bench: PairBench, policy: AfterFailure): Promise<Finding> {
  const { provider, cwd, first, second } = bench;
  const file = path.join(cwd, NOTES.name);
  await writeFile(file, NOTES.text);
  provider.begin({ file, content: HALF, status: 429 });
  const running = bench.start(['exec', '-a', 'edit', '--format', 'ndjson', '--no-stdin', PROMPT], policy);
  const fellBack = await running.shows('"type":"fallback"', START_LIMIT_MS);
  const between = await readFile(file, 'utf8');
  provider.begin({ file, content: WHOLE, status: null });
  const run = await running.end;
  const ended = lastLine(run);
  const bodies = provider.seen().map(({ body }) => body);
  const sees = (text: string): boolean => bodies.some((body) => body.includes(text));
  const left = await readFile(file, 'utf8');
  const undone = await bench.start(['undo', '--yes'], policy).end;
  const attempts = asList(fieldOf(ended, 'attempts'));
  const became = fieldOf(fieldOf(attempts[0], 'changes'), 'recovery');
  const handsOver = policy === 'hand_over';
  const problems = [
    ...unless(fellBack, `no fallback: ${whatFailed({ ...run, document: ended })}`),
    ...unless(run.exitCode === 0, whatFailed({ ...run, document: ended })),
    ...unless(toolsOf(attempts) === `${first.name},${second.name}`, `the attempts are ${toolsOf(attempts)}`),
    ...unless(became === (handsOver ? 'handed_over' : 'rolled_back'), `the first edit: ${String(became)}`),
    ...unless(between === (handsOver ? HALF : NOTES.text), `the second found ${JSON.stringify(between)}`),
    ...unless(sees(PROMPT), 'the second did not get the prompt'),
    ...unless(
      sees('Another agent (') === handsOver,
      `what is handed over was ${handsOver ? 'missing' : 'there'}`,
    ),
    ...unless(sees(`+${HALF}`) === handsOver, `the diff was ${handsOver ? 'missing' : 'there'}`),
    ...unless(left === WHOLE, `the file ends as ${JSON.stringify(left)}`),
    ...unless(undone.exitCode === 0, `undo: ${undone.stderr.trim()}`),
    ...unless((await readFile(file, 'utf8')) === NOTES.text, 'undo did not bring the file back'),
    ...unless((await statusOf(cwd)) === '', 'git status is not clean'),
    ...leftovers(run),
  ];
  const failed = fieldOf(fieldOf(attempts[0], 'failure'), 'type');
  return finding(problems, [
    `${first.name} ends with ${String(failed)}`,
    `${second.name} ${handsOver ? 'gets the diff' : 'finds the file as committed'} and finishes`,
    '`undo` brings the committed file back',
  ]);
}

/** The document in the last event. */
function lastLine({ stdout }: RouterRun): Record<string, unknown> | null {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  try {
    const event: unknown = JSON.parse(line);
    const document = fieldOf(event, 'invocation') ?? event;
    return typeof document === 'object' && document !== null ? { ...document } : null;
  } catch {
    return null;
  }
}

/** Empty: it is none. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function toolsOf(attempts: readonly unknown[]): string {
  return attempts.map((one) => String(fieldOf(one, 'tool'))).join();
}

/** What Git says of the work tree, without what the tools keep there. */
export async function statusOf(cwd: string): Promise<string> {
  const ignored = ['--', '.', ':!.llm-router', ':!.claude', ':!.opencode', ':!.codex'];
  return (await execa('git', ['status', '--porcelain', ...ignored], { cwd })).stdout;
}
