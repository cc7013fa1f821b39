import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { belongsToUser } from '../files/owner.js';

/** Whether something of that name is there, a dangling link included. */
export function exists(target: string): boolean {
  return typeof lookAt(target) !== 'string';
}

/** The kind of entry at a path, links followed; `none` if missing or inaccessible. */
export function kindOf(target: string): 'folder' | 'other' | 'none' {
  try {
    return statSync(target).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'none';
  }
}

/** Whether a config may have this name in a folder of configs. */
export function isYamlName(name: string): boolean {
  return /\.ya?ml$/.test(name) && !name.startsWith('.');
}

/** Whether the ending of a name may be meant as that of a config. */
export function endsNearlyRight(name: string): boolean {
  return /\.(?:ya?ml|ymal|yalm|txt|json[c5]?|toml)\s*$/i.test(name);
}

/** More files than a config is split into: the folder of another program, or one that is meant to keep us busy. */
const MAX_FILES = 100;

/** Paths in a folder of configs, sorted. */
interface FolderFiles {
  /** Its `*.yaml` and `*.yml`. */
  files: string[];
  /** Another one may be meant as a config. */
  hasMisnamed: boolean;
}

/** The files of a folder of configs; none when there is no such folder. The error is the system's. */
export function filesOfFolder(folder: string): Result<FolderFiles, unknown> {
  try {
    if (!statSync(folder).isDirectory()) return ok({ files: [], hasMisnamed: false });
    const all = readdirSync(folder).sort();
    const names = all.filter(isYamlName);
    if (names.length > MAX_FILES) return err(tooMany());
    return ok({
      files: names.map((name) => path.join(folder, name)),
      hasMisnamed: all.some((name) => !isYamlName(name) && endsNearlyRight(name)),
    });
  } catch (cause) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '');
    return isMissing ? ok({ files: [], hasMisnamed: false }) : err(cause);
  }
}

function tooMany(): Error {
  return Object.assign(new Error(), { code: `it holds more than ${MAX_FILES} files` });
}

/** The sorted names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** This user (or root), or another one. */
export type Owner = 'user' | 'other';

/** Whose an entry is; `null`: there is none, or a folder of another user without a config in it. */
export function ownerOf(place: string, sudoUid: string | undefined): Owner | null {
  const found = lookAt(place);
  // What cannot be looked at is reported when it is read.
  if (typeof found === 'string') return found === 'ENOENT' || found === 'ENOTDIR' ? null : 'user';
  if (belongsToUser(found, sudoUid)) return 'user';
  const inside = filesOfFolder(place);
  return found.isDirectory() && (!inside.ok || inside.value.files.length === 0) ? null : 'other';
}

/** An entry, links not followed, or the code of the system's error. */
function lookAt(place: string): Stats | string {
  try {
    return lstatSync(place, { throwIfNoEntry: false }) ?? 'ENOENT';
  } catch (cause) {
    return codeOf(cause) ?? '';
  }
}
