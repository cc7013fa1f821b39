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
  /** What else it changed, which no commit keeps, as texts for people: submodules, other repositories, `HEAD`. */
  notKept: readonly string[];
  /** Ids of other runs that worked in the same files meanwhile: some of the changes may be theirs. */
  otherRuns: readonly string[];
  /** `null`: the attempt succeeded, or changed nothing. */
  recovery: Recovery | null;
}

/** As many as a message names. */
const MAX_NAMED = 3;

/** `3 files (`a`, `b` and 1 more; +12 -4) and submodule `c`` */
export function changesText(changes: AttemptChanges): string {
  const { count, notKept } = changes;
  const parts = [...(count === 0 && notKept.length > 0 ? [] : [filesText(changes)]), ...notKept];
  return listText(parts);
}

/** `a, b and c` */
export function listText(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** Who else may have made some of the changes; `null`: no other run. */
export function sharedText({ otherRuns }: Pick<AttemptChanges, 'otherRuns'>): string | null {
  if (otherRuns.length === 0) return null;
  const named = listText(otherRuns.slice(0, MAX_NAMED).map((id) => `\`${id}\``));
  return `${named} worked in the same files at the same time, so some of the changes may be from there`;
}

function filesText({ count, files, linesAdded, linesRemoved }: AttemptChanges): string {
  const named = files.slice(0, MAX_NAMED).map(({ path }) => `\`${path}\``);
  const rest = count - named.length;
  const names = `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const lines = linesAdded === null || linesRemoved === null ? '' : `; +${linesAdded} -${linesRemoved}`;
  return `${count} ${count === 1 ? 'file' : 'files'} (${names}${lines})`;
}
