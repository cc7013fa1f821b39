import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { findRepository, type Repository } from '../../git/repository.js';
import type { Trouble } from '../../git/trouble.js';
import { historyOf, keptRuns } from '../../snapshot/history.js';
import { openScratch, type Scratch } from '../../snapshot/scratch.js';
import { worktreeOf } from '../../snapshot/worktree.js';
import type { CommandContext } from '../context.js';

/** More new data than this is not compared, bytes. */
export const MOST_BYTES = 1024 ** 3;

/** A run whose files are kept in the repository of the working directory. */
export interface KeptRun {
  repository: Repository;
  scratch: Scratch;
  id: string;
}

/** Finds the run that an id, the beginning of one or `last` names; `scratch` is to be removed by the caller. */
export async function keptRun({ world }: CommandContext, wanted: string): Promise<Result<KeptRun, Failure>> {
  const found = await findRepository({ cwd: world.cwd, env: world.env });
  if (!found.ok) return err(troubleFailure(found.error));
  const repository = found.value;
  const kept = await keptRuns(repository);
  if (!kept.ok) return err(troubleFailure(kept.error));
  const id = wanted === 'last' ? await lastHere(repository, kept.value) : theOne(kept.value, wanted);
  if (!id.ok) return id;
  const scratch = await openScratch(repository);
  return scratch.ok
    ? ok({ repository, scratch: scratch.value, id: id.value })
    : err(troubleFailure(scratch.error));
}

/** Trouble with Git as a failure of a command. */
export function troubleFailure({ kind, message }: Trouble): Failure {
  const isSpace = kind === 'no_space' || kind === 'read_only';
  return failure(isSpace ? 'not_restored' : 'input', message);
}

const HINT =
  'only runs with access `edit` or `full` that changed files of this work tree are kept; see `llm-router trace`';

/** Linked work trees share a repository, but not their files. */
async function lastHere(repository: Repository, ids: readonly string[]): Promise<Result<string, Failure>> {
  for (const id of ids) {
    const states = await historyOf(repository, id);
    if (!states.ok) return err(troubleFailure(states.error));
    if (states.value.at(-1)?.worktree === worktreeOf(repository)) return ok(id);
  }
  return err(failure('usage', 'no run has changed files of this work tree', { hint: HINT }));
}

function theOne(ids: readonly string[], wanted: string): Result<string, Failure> {
  // An unset variable of a script names no run.
  const [found, ...others] = wanted === '' ? [] : ids.filter((id) => id.startsWith(wanted.toUpperCase()));
  if (found === undefined)
    return err(failure('usage', `no run whose files are kept starts with \`${wanted}\``, { hint: HINT }));
  if (others.length === 0) return ok(found);
  const hint = `give more of the id: ${[found, ...others].join(', ')}`;
  return err(failure('usage', `several runs start with \`${wanted}\``, { hint }));
}
