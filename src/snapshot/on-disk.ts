import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { codeOf } from '../domain/system-error.js';
import { type BytePath, systemPath } from '../git/names.js';

/** What is on disk under a path. */
export type OnDisk =
  | { is: 'file'; mode: '100644' | '100755'; permissions: number; bytes: number; changedMs: number }
  | { is: 'link'; target: Buffer }
  | { is: 'nothing' }
  /** A folder, a pipe, a device or what cannot be read. */
  | { is: 'other' };

/** Looks at a path without following a link at its end. */
export function onDisk(root: string, path: BytePath): OnDisk {
  const place = systemPath(root, path);
  const found = lstatOf(place);
  if (found === null) return { is: 'nothing' };
  if (found.isSymbolicLink()) return { is: 'link', target: readlinkSync(place, { encoding: 'buffer' }) };
  if (!found.isFile()) return { is: 'other' };
  const permissions = found.mode & 0o777;
  const mode = (permissions & 0o100) === 0 ? '100644' : '100755';
  return { is: 'file', mode, permissions, bytes: found.size, changedMs: found.ctimeMs };
}

/** What is at a place, without following a link; `null`: nothing. */
export function lstatOf(place: Buffer): Stats | null {
  try {
    return lstatSync(place);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
