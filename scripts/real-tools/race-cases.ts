import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { type Finding, fieldOf, finding, leftovers, unless, whatFailed } from './finding.js';
import { NOTES } from './pair-bench.js';
import { asList, type PairCase, statusOf } from './pair-cases.js';

type RaceBench = Parameters<PairCase['run']>[0];

const PROMPT = 'Write the answer into the notes.';
const CONTENT = 'the whole work';

/** Several tools at once, each in a work tree of its own. */
export const RACE_CASES: readonly PairCase[] = [
  {
    name: 'race',
    title:
      'each edits a file in a work tree of its own, and the first change that the verify command takes is applied',
    run: (bench) => raced(bench, { passes: true }),
  },
  {
    name: 'race-without-winner',
    title: 'each edits a file in a work tree of its own, and the verify command takes none of the changes',
    run: (bench) => raced(bench, { passes: false }),
  },
];

async function raced(bench: RaceBench, { passes }: { passes: boolean }): Promise<Finding> {
  const { cwd, provider, tools } = bench;
  provider.begin({ file: NOTES.name, content: CONTENT, status: null });
  const verify = `grep -q '${CONTENT}' ${NOTES.name}${passes ? '' : ' && exit 1'}`;
  const candidates = tools.map(({ name, model }) => `${name}:${model}`).join();
  const args = ['race', '-a', 'edit', '--no-stdin', '--json', '--candidates', candidates, '--verify', verify];
  const run = await bench.start([...args, PROMPT], 'rollback').end;
  const race = fieldOf(run.document, 'race');
  const results = asList(fieldOf(race, 'candidates')).map((one) => ({
    tool: String(fieldOf(one, 'tool')),
    result: String(fieldOf(one, 'result')),
    failure: String(fieldOf(fieldOf(one, 'failure'), 'message')),
    files: fieldOf(fieldOf(one, 'changes'), 'files'),
    isVerified: fieldOf(one, 'verification') !== null,
  }));
  const left = await readFile(path.join(cwd, NOTES.name), 'utf8');
  const trees = (await execa('git', ['worktree', 'list'], { cwd })).stdout.split('\n').slice(1);
  const passed = results.filter(({ result }) => result === 'passed');
  const failed = results.filter((one) => one.result === 'failed' && !(one.isVerified && one.files === 1));
  const problems = [
    ...unless(run.exitCode === (passes ? 0 : 1), whatFailed(run)),
    ...unless(results.length === tools.length, `there are ${results.length} candidates`),
    ...unless(passed.length > 0 === passes, `${passed.length} have passed`),
    ...failed.map(({ tool, failure }) => `${tool} has failed: ${failure}`),
    ...unless(passes || results.every(({ result }) => result === 'failed'), 'not every one has failed'),
    ...unless(left === (passes ? CONTENT : NOTES.text), `the file ends as ${JSON.stringify(left)}`),
    ...unless((await statusOf(cwd)) === (passes ? ` M ${NOTES.name}` : ''), 'git status shows other files'),
    ...trees.map((tree) => `a work tree is left: ${tree}`),
    ...leftovers(run),
  ];
  return finding(problems, [
    results.map(({ tool, result }) => `${tool}: ${result}`).join(', '),
    passes ? `the change of ${passed[0]?.tool} is applied` : 'the file stays as committed',
    'no work tree and no process is left',
  ]);
}
