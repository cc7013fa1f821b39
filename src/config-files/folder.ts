import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { belongsToUser } from '../files/owner.js';

/** Whether something of that name is there, a dangling link included. */
export async function exists(target: string): Promise<boolean> {
  return lstat(target).then(
    () => true,
    () => false,
  );
}

/** The kind of entry at a path, links followed; `none` if missing or inaccessible. */
export async function kindOf(target: string): Promise<'folder' | 'other' | 'none'> {
  return stat(target).then(
    (found) => (found.isDirectory() ? 'folder' : 'other'),
    () => 'none',
  );
}

/** Whether a config may have this name in a folder of configs. */
export function isYamlName(name: string): boolean {
  return /\.ya?ml$/.test(name) && !name.startsWith('.');
}

/** More files than a config is split into: the folder of another program, or one that is meant to keep us busy. */
const MAX_FILES = 100;

/** The `*.yaml` and `*.yml` of a folder, sorted by name; none when there is no such folder. The error is the system's. */
export async function yamlFilesIn(folder: string): Promise<Result<string[], unknown>> {
  try {
    if (!(await stat(folder)).isDirectory()) return ok([]);
    const names = (await readdir(folder)).filter(isYamlName);
    if (names.length > MAX_FILES) return err(tooMany());
    return ok(names.sort().map((name) => path.join(folder, name)));
  } catch (cause) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '');
    return isMissing ? ok([]) : err(cause);
  }
}

function tooMany(): Error {
  return Object.assign(new Error(), { code: `it holds more than ${MAX_FILES} files` });
}

/** This user (or root), or another one. */
export type Owner = 'user' | 'other';

/** Whose an entry is; `null`: there is none, or a folder of another user without a config in it. */
export async function ownerOf(place: string, sudoUid: string | undefined): Promise<Owner | null> {
  const found = await lstat(place).catch((cause: unknown) => codeOf(cause) ?? '');
  // What cannot be looked at is reported when it is read.
  if (typeof found === 'string') return found === 'ENOENT' || found === 'ENOTDIR' ? null : 'user';
  if (belongsToUser(found, sudoUid)) return 'user';
  const files = await yamlFilesIn(place);
  return found.isDirectory() && (!files.ok || files.value.length === 0) ? null : 'other';
}
