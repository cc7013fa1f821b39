import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import type { IndexContent } from './listing.js';
import { onDisk } from './on-disk.js';

/** Permissions of the regular files of a state: Git itself keeps only whether a file is executable. */
export interface Permissions {
  /** Those of most files that are not executable; `null`: unknown, as in states of earlier versions. */
  file: number | null;
  /** Those of most executable files. */
  executable: number | null;
  /** Those of files that differ, by path. */
  others: ReadonlyMap<BytePath, number>;
}

/** Permissions that were read from disk. */
export interface ReadPermissions extends Permissions {
  /** Files that changed shortly before they were looked at: their time of change does not show a change right after it. */
  young: readonly BytePath[];
}

/** Nothing is known: a file keeps the permissions that it has, and a new one gets those of the system. */
export const UNKNOWN_PERMISSIONS: Permissions = { file: null, executable: null, others: new Map() };

/** So many files are looked at before other work of the process goes on. */
const AT_ONCE = 500;
/** Longer than the steps of the times of a file system, and than what its clock may be behind, ms. */
export const SETTLED_MS = 3000;
const SAMPLE = 200;

/** Looks at every regular file of an index. It runs beside the processes of Git that compare the same files. */
export async function permissionsOf(
  { root, settings }: Pick<Repository, 'root' | 'settings'>,
  listed: IndexContent,
): Promise<ReadPermissions> {
  if (settings.get('core.filemode') === 'false') return { ...UNKNOWN_PERMISSIONS, young: [] };
  const usual = usualIn(root, listed.regular());
  const others = new Map<BytePath, number>();
  const young: BytePath[] = [];
  const youngMs = Date.now() - SETTLED_MS;
  let looked = 0;
  for (const path of listed.regular()) {
    const found = foundAt(root, path);
    if (found !== null && found.permissions !== usualOf(usual, found.mode))
      others.set(path, found.permissions);
    if (found !== null && found.changedMs >= youngMs) young.push(path);
    looked++;
    if (looked % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...usual, others, young };
}

/** The permissions of a state with those files looked at again that were young. */
export function settled(root: string, known: ReadPermissions): ReadPermissions {
  const youngMs = Date.now() - SETTLED_MS;
  const read = new Map<BytePath, Found>();
  const young: BytePath[] = [];
  for (const path of known.young) {
    const found = foundAt(root, path);
    if (found === null) continue;
    read.set(path, found);
    if (found.changedMs >= youngMs) young.push(path);
  }
  return { ...withPermissions(known, read), young };
}

/** `null`: it is no regular file, or in a folder that cannot be entered. */
function foundAt(root: string, path: BytePath): (Found & { changedMs: number }) | null {
  try {
    const found = onDisk(root, path);
    return found.is === 'file' ? found : null;
  } catch {
    return null;
  }
}

/** What most of the first files have; a state lists every file that differs. */
function usualIn(root: string, paths: Iterable<BytePath>): Record<'file' | 'executable', number> {
  const counts = new Map<string, number>();
  let looked = 0;
  for (const path of paths) {
    const found = foundAt(root, path);
    if (found !== null) {
      const key = `${found.mode} ${found.permissions}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    looked++;
    if (looked === SAMPLE) break;
  }
  const most = (mode: string, otherwise: number): number => {
    const known = [...counts].filter(([key]) => key.startsWith(mode)).sort(([, a], [, b]) => b - a);
    return Number(known[0]?.[0].slice(mode.length) ?? otherwise);
  };
  const open = ~process.umask();
  return { file: most('100644 ', 0o666 & open), executable: most('100755 ', 0o777 & open) };
}

/** The permissions of a state in which files were read again. */
export function withPermissions<Known extends Permissions>(
  known: Known,
  read: ReadonlyMap<BytePath, Found>,
): Known {
  const others = new Map(known.others);
  for (const [path, { mode, permissions }] of read) {
    if (permissions === usualOf(known, mode)) others.delete(path);
    else others.set(path, permissions);
  }
  return { ...known, others };
}

/** What a regular file on disk has. */
export interface Found {
  mode: string;
  permissions: number;
}

/** Those of a file in a state; `null`: unknown. */
export function permissionsIn(known: Permissions, path: BytePath, mode: string): number | null {
  return known.others.get(path) ?? usualOf(known, mode);
}

function usualOf({ file, executable }: Pick<Permissions, 'file' | 'executable'>, mode: string) {
  return mode === '100755' ? executable : file;
}
