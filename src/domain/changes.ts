/** A file that an attempt changed in a Git work tree. */
export interface FileChange {
  /** Relative to the top of the work tree. */
  path: string;
  status: 'added' | 'removed' | 'changed';
  /** `null`: not counted, or no text. */
  linesAdded: number | null;
  linesRemoved: number | null;
}

/** What became of the changes of a failed attempt. */
export const RECOVERIES = ['left', 'rolled_back', 'handed_over', 'not_restored'] as const;
export type Recovery = (typeof RECOVERIES)[number];

/** What an attempt changed in a Git work tree. */
export interface AttemptChanges {
  /** The top folder of the work tree, absolute. */
  root: string;
  /** The commits that keep the files before it and as it left them. */
  before: string;
  after: string;
  /** How many files; more than are listed, when there are very many. */
  count: number;
  files: readonly FileChange[];
  /** Sums of the files; `null`: nothing was counted. */
  linesAdded: number | null;
  linesRemoved: number | null;
  /** `null`: the attempt succeeded, or changed nothing. */
  recovery: Recovery | null;
}

/** As many as a message names. */
const MAX_NAMED = 3;

/** `3 files (`a`, `b` and 1 more; +12 -4)` */
export function changesText({ count, files, linesAdded, linesRemoved }: AttemptChanges): string {
  const named = files.slice(0, MAX_NAMED).map(({ path }) => `\`${path}\``);
  const rest = count - named.length;
  const names = `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const lines = linesAdded === null || linesRemoved === null ? '' : `; +${linesAdded} -${linesRemoved}`;
  return `${count} ${count === 1 ? 'file' : 'files'} (${names}${lines})`;
}
