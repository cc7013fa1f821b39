import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Bench } from './bench.js';
import { type Finding, fieldOf, finding, leftovers, unless, whatFailed } from './finding.js';
import { type Case, PROMPT } from './gateway-cases.js';

/** What follows a run that has changed a file and then fails. */
export const RECOVERY_CASES: readonly Case[] = [
  { name: 'rollback', title: 'a file is edited, then 429: it is put back', run: rollback },
  {
    name: 'continue',
    title: 'a file is edited, then 429, Retry-After 2: with `--patience` the session goes on',
    run: continued,
  },
];

/** The agent itself writes the file; what it leaves is kept under the ref of the run. */
async function rollback(bench: Bench): Promise<Finding> {
  const file = path.join(bench.cwd, bench.secretFile);
  await execa('git', ['init', '-q'], { cwd: bench.cwd });
  bench.provider.begin({ file: path.join(bench.cwd, 'edited.txt'), content: 'an edit', status: 429 });
  const run = await bench.exec(['--json', '--agent', 'edit', PROMPT], undefined, 'rollback').end;
  const attempts = fieldOf(run.document, 'attempts');
  const changes = Array.isArray(attempts) ? fieldOf(attempts[0], 'changes') : undefined;
  const paths = fieldOf(changes, 'files');
  const edited = Array.isArray(paths) ? paths.map((one) => fieldOf(one, 'path')) : [];
  const kept = await execa('git', ['show', `${fieldOf(changes, 'after')}:edited.txt`], {
    cwd: bench.cwd,
    reject: false,
  });
  const left = (await readdir(bench.cwd)).includes('edited.txt');
  const problems = [
    ...unless(fieldOf(changes, 'recovery') === 'rolled_back', whatFailed(run)),
    ...unless(!left, 'the edit is still there'),
    ...unless(kept.stdout === 'an edit', 'what the agent left is not kept'),
    ...unless((await readFile(file, 'utf8')) === `${bench.secretMark}\n`, 'another file is not as before'),
    ...leftovers(run),
  ];
  await rm(path.join(bench.cwd, '.git'), { recursive: true, force: true });
  return finding(problems, [`exit ${run.exitCode}`, `edited ${edited.join(', ')}`, 'put back']);
}

/** The session of the tool holds the request, so that a prompt to go on is enough. */
async function continued(bench: Bench): Promise<Finding> {
  const until = 'Continue where you stopped.';
  bench.provider.begin({ file: path.join(bench.cwd, 'edited.txt'), content: 'an edit', status: 429, until });
  const run = await bench.exec(['--json', '--agent', 'edit', '--patience', '1m', '--retries', '1', PROMPT])
    .end;
  const attempts = fieldOf(run.document, 'attempts');
  const from = Array.isArray(attempts) ? attempts.map((one) => fieldOf(one, 'continues') ?? '-') : [];
  const edited = (await readdir(bench.cwd)).includes('edited.txt');
  await rm(path.join(bench.cwd, 'edited.txt'), { force: true });
  const first = fieldOf(Array.isArray(attempts) ? attempts[0] : undefined, 'failure');
  if (from.length === 1 && (fieldOf(first, 'reset_at') ?? null) === null)
    return finding(leftovers(run), [`exit ${run.exitCode}: the tool does not say when the limit resets`]);
  const asked = bench.provider.seen().filter(({ body }) => body.includes(until));
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(from.join() === '-,1', `the attempts continue ${from.join()}`),
    ...unless(fieldOf(run.document, 'text') === 'It is done.', 'the answer is another'),
    ...unless(asked.length > 0, 'it was not told to go on'),
    ...unless(
      asked.some(({ body }) => body.includes(PROMPT)),
      'the session does not hold the request',
    ),
    ...leftovers(run),
  ];
  return finding(problems, ['the session holds the request', ...(edited ? ['the edit stays'] : [])]);
}
