import { codeOf } from '../domain/system-error.js';
import { readRegularFileNow } from '../files.js';
import type { Repository } from '../git/repository.js';

type Place = Pick<Repository, 'gitDir' | 'commonDir' | 'settings'>;

/** Longer than any name of a branch. */
const MOST_HEAD_BYTES = 65_536;
/** A repository with more branches and tags is asked through Git. */
const MOST_PACKED_BYTES = 1024 * 1024;

/** What `HEAD` names by its file; empty: it cannot be read, or the folder is a link to one elsewhere. */
export function headIn(gitDir: string): string {
  return textOf(`${gitDir}/HEAD`, MOST_HEAD_BYTES)?.trim() ?? '';
}

/**
 * The commit that is checked out, without a process of Git; empty: there is none yet, `null`: the files do not say it in the plain way, so that
 * Git has to be asked.
 */
export function commitIn({ gitDir, commonDir, settings }: Place): string | null {
  if ((settings.get('extensions.refstorage') ?? 'files') !== 'files') return null;
  const head = headIn(gitDir);
  if (isId(head)) return head;
  const branch = /^ref: (refs\/heads\/[^\s\\~^:?*[]+)$/.exec(head)?.[1];
  if (branch === undefined || branch.includes('..')) return null;
  // In this order: Git removes the file of a branch only after it has written the branch among the packed ones.
  const loose = textOf(`${commonDir}/${branch}`, MOST_HEAD_BYTES);
  if (loose === null) return null;
  if (loose !== undefined) return isId(loose.trim()) ? loose.trim() : null;
  const packed = textOf(`${commonDir}/packed-refs`, MOST_PACKED_BYTES);
  if (packed === null) return null;
  const line = packed?.split('\n').find((one) => one.endsWith(` ${branch}`));
  if (line === undefined) return '';
  const id = line.slice(0, -branch.length - 1);
  return isId(id) ? id : null;
}

function isId(text: string): boolean {
  return /^(?:[\da-f]{40}|[\da-f]{64})$/.test(text);
}

/** `undefined`: there is no such file; `null`: it is not a plain one. */
function textOf(file: string, maxBytes: number): string | null | undefined {
  try {
    return readRegularFileNow(file, { maxBytes }).toString('utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : null;
  }
}
