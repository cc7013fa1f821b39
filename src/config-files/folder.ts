import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';

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
