import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '../git/repository.js';

/** Files that Git keeps while it waits for a person, and what it is then doing. */
const SIGNS: readonly (readonly [file: string, what: string])[] = [
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
];

/** What is in progress in a work tree, as `merge`; `null`: nothing. */
export async function mergeInProgress({ gitDir }: Repository): Promise<string | null> {
  for (const [file, what] of SIGNS) {
    const isThere = await access(path.join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (isThere) return what;
  }
  return null;
}
