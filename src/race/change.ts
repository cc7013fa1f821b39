import type { Failure } from '../domain/failure.js';
import type { Applied, RaceCandidate } from '../domain/race.js';
import { shownPath } from '../git/names.js';
import { findRepository } from '../git/repository.js';
import type { Trouble } from '../git/trouble.js';
import { bringBack, isolatedChanges, isolatedSpan } from '../isolation/bring-back.js';
import { conflictFailure, unwrittenFailure } from '../router/isolation/isolation-failure.js';
import type { RouterWorld } from '../router/world.js';
import type { CountedChange } from '../snapshot/changes.js';

/** The change of the picked candidate, and what became of it. */
export interface AppliedChange {
  is: Applied;
  /** What was changed in the user's files. */
  changes: readonly CountedChange[];
  /** `null`: it is in the files. */
  failure: Failure | null;
}

/** Puts what a candidate changed onto the user's files. Where that is not possible, nothing is touched, and the change is kept. */
export async function applyChange(
  { host }: Pick<RouterWorld, 'host'>,
  { id, cwd, mostBytes }: { id: string; cwd: string; mostBytes: number },
): Promise<AppliedChange> {
  const repository = await findRepository({ cwd, env: host.env });
  if (!repository.ok) return notWritten(id, repository.error);
  const done = await bringBack(repository.value, id, mostBytes);
  if (!done.ok) return notWritten(id, done.error);
  switch (done.value.is) {
    case 'applied':
      return { is: 'applied', changes: done.value.changes, failure: null };
    case 'nothing':
      return { is: 'nothing', changes: [], failure: null };
    case 'conflict':
      return {
        is: 'conflict',
        changes: [],
        failure: conflictFailure(id, done.value.paths.map(shownPath)),
      };
  }
}

function notWritten(id: string, trouble: Trouble): AppliedChange {
  return { is: 'not_written', changes: [], failure: unwrittenFailure(id, trouble) };
}

/** How much a candidate changed; `null`: it is not known. */
export async function changeOf(
  { host }: Pick<RouterWorld, 'host'>,
  { id, cwd }: { id: string; cwd: string },
): Promise<RaceCandidate['changes']> {
  const repository = await findRepository({ cwd, env: host.env });
  if (!repository.ok) return null;
  const span = await isolatedSpan(repository.value, id);
  if (!span.ok) return null;
  const changes = span.value === null ? null : await isolatedChanges(repository.value, span.value);
  if (changes?.ok === false) return null;
  const counted = changes?.value ?? [];
  const sum = (side: 'added' | 'removed'): number => counted.reduce((all, one) => all + (one[side] ?? 0), 0);
  return { files: counted.length, linesAdded: sum('added'), linesRemoved: sum('removed') };
}
