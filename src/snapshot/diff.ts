import { err, ok, type Result } from '../domain/result.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';

/** Unlike `diff` this follows no setting of the user that makes a patch which `git apply` refuses, such as `diff.noprefix` or `diff.context`. */
const ARGS = ['diff-tree', '-p', '-r', '--no-ext-diff', '--no-textconv', '--binary', '-M'];

/** The difference of two states as a patch that `git apply` takes. */
export async function diffBytes(
  { git }: Repository,
  before: string,
  after: string,
): Promise<Result<Buffer, Trouble>> {
  const answer = await git([...ARGS, before, after]);
  return answer.exitCode === 0 ? ok(answer.stdout) : err(troubleOf(answer, 'the states cannot be compared'));
}

/** The same as text, without the bytes of binary files; `null`: longer than the limit in bytes, or there is trouble. */
export async function diffText(
  { git }: Repository,
  before: string,
  after: string,
  mostBytes: number,
): Promise<string | null> {
  const answer = await git([...ARGS.filter((arg) => arg !== '--binary'), before, after]);
  if (answer.exitCode !== 0 || answer.stdout.length > mostBytes) return null;
  return answer.stdout.toString('utf8');
}
