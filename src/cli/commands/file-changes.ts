import type { Paint } from '../../diagnostics/paint.js';
import { shownPath } from '../../git/names.js';
import type { CountedChange } from '../../snapshot/changes.js';
import type { KeptRun } from './kept-run.js';

/** One line a file: its lines added and removed, and what happened to it. */
export function fileLines(changes: readonly CountedChange[]): string {
  const counts = changes.map(({ added, removed }) => ({
    added: added === null ? '-' : `+${added}`,
    removed: removed === null ? '-' : `-${removed}`,
  }));
  const width = (side: 'added' | 'removed') => Math.max(0, ...counts.map((one) => one[side].length));
  const [first, second] = [width('added'), width('removed')];
  const lines = changes.map((change, at) => {
    const { added = '', removed = '' } = counts[at] ?? {};
    const status = statusOf(change);
    const note = status === 'changed' ? '' : ` (${status})`;
    return `${added.padStart(first)} ${removed.padStart(second)}  ${shownPath(change.path)}${note}\n`;
  });
  return lines.join('');
}

function statusOf({ before, after }: CountedChange): 'added' | 'removed' | 'changed' {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

/** The changed files as JSON. */
export function changesDocument(
  { id, repository }: Pick<KeptRun, 'id' | 'repository'>,
  { before, after }: { before: string; after: string },
  changes: readonly CountedChange[],
) {
  return {
    version: 1,
    id,
    root: repository.root,
    before,
    after,
    files: changes.map((change) => ({
      path: shownPath(change.path),
      status: statusOf(change),
      lines_added: change.added,
      lines_removed: change.removed,
    })),
  };
}

/** A patch in the usual colours. */
export function paintedPatch(patch: string, paint: Paint): string {
  const lines = patch.split('\n').map((line) => {
    if (/^(?:diff |index |--- |\+\+\+ )/.test(line)) return paint.bold(line);
    if (line.startsWith('@@')) return paint.hint(line);
    if (line.startsWith('+')) return paint.info(line);
    return line.startsWith('-') ? paint.error(line) : line;
  });
  return lines.join('\n');
}
