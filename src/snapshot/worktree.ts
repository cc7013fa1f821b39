import path from 'node:path';
import type { Repository } from '../git/repository.js';

/** Which of the work trees of a repository it is, wherever the repository is moved to; empty: the main one. */
export function worktreeOf({ commonDir, gitDir }: Pick<Repository, 'commonDir' | 'gitDir'>): string {
  return path.relative(commonDir, gitDir);
}
