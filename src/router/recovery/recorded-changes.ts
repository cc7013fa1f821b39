import type { AttemptChanges, FileChange } from '../../domain/changes.js';
import { ok, type Result } from '../../domain/result.js';
import { shownPath } from '../../git/names.js';
import type { Trouble } from '../../git/trouble.js';
import { type CountedChange, countedChanges } from '../../snapshot/changes.js';
import type { RunHistory, Span } from '../../snapshot/run-history.js';

/** The most files that a trace lists of one attempt. */
const MOST_LISTED = 500;

/** The changes of an attempt for its record. */
export async function recordedChanges(
  { repository }: RunHistory,
  { before, after, unkept, others }: Span,
): Promise<Result<AttemptChanges, Trouble>> {
  const counted = await countedChanges(repository, before, after);
  if (!counted.ok) return counted;
  const all = counted.value;
  return ok({
    root: repository.root,
    before,
    after,
    count: all.length,
    files: all.slice(0, MOST_LISTED).map(fileChange),
    linesAdded: sum(all.map(({ added }) => added)),
    linesRemoved: sum(all.map(({ removed }) => removed)),
    notKept: unkept,
    otherRuns: others,
    recovery: null,
  });
}

/** The record of an attempt that changed nothing. */
export function noChanges({ repository, current }: RunHistory): AttemptChanges {
  const lines = { linesAdded: 0, linesRemoved: 0 };
  const none = { count: 0, files: [], ...lines, notKept: [], otherRuns: [], recovery: null };
  return { root: repository.root, before: current, after: current, ...none };
}

/** A change by the names that documents use. */
export function fileChange({ path, before, after, added, removed }: CountedChange): FileChange {
  const status = before === null ? 'added' : after === null ? 'removed' : 'changed';
  return { path: shownPath(path), status, linesAdded: added, linesRemoved: removed };
}

/** `null` where no count is known. */
function sum(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 && counts.length > 0 ? null : known.reduce((a, b) => a + b, 0);
}
