import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { CommandTool } from '../../config/types.js';
import { homeFolder } from '../../files/account.js';
import type { Host } from '../adapter.js';
import { expandVariables } from '../variables.js';

/** The path of a binary, or the searched places. */
export type Search =
  | { found: true; path: string }
  | { found: false /** A file of that name that may not be executed. */; notExecutable: string | null };

/** Finds a binary: a name in the folders of PATH, or a path (which may start with `~/` and hold `${VAR}`). */
export function findBinary(binary: string, host: Host): Search {
  const name = expandVariables(binary, host.env).text.replace(/^~(?=\/)/, homeFolder(host.env));
  if (isPath(name)) {
    return firstExecutable([resolve(name)]);
  }
  const endings = endingsOf(host);
  return firstExecutable(
    foldersOf(host).flatMap((folder) => endings.map((ending) => join(folder, name + ending))),
  );
}

function firstExecutable(paths: readonly string[]): Search {
  let notExecutable: string | null = null;
  for (const path of paths) {
    if (!isFile(path)) continue;
    if (isExecutable(path)) return { found: true, path };
    notExecutable ??= path;
  }
  return { found: false, notExecutable };
}

/** The first that is found: the binary of a tool, else its path on this system. */
export function findToolBinary(
  { binary, platforms }: Pick<CommandTool, 'binary' | 'platforms'>,
  host: Host,
): Search {
  const first = findBinary(binary.value, host);
  if (first.found) return first;
  for (const path of pathsOn(platforms, host)) {
    const found = findBinary(path, host);
    if (found.found || found.notExecutable !== null) return found;
  }
  return first;
}

/** Programs of Windows can be started from WSL2, where its drives are folders. */
function pathsOn({ linux, macos, windows }: CommandTool['platforms'], { env, platform }: Host): string[] {
  const drive = /^([A-Za-z]):[\\/](.*)$/.exec(windows ?? '');
  const isWsl = platform === 'linux' && (env.WSL_DISTRO_NAME ?? '') !== '';
  const [, letter = '', rest = ''] = drive ?? [];
  const inWsl = isWsl && drive !== null ? `/mnt/${letter.toLowerCase()}/${rest.replaceAll('\\', '/')}` : null;
  const named = { linux, darwin: macos, win32: windows } as Partial<Record<NodeJS.Platform, string | null>>;
  return [named[platform] ?? null, inWsl].filter((path) => path !== null);
}

/** Whether a binary is given as a path, not as a name to look up. */
export function isPath(binary: string): boolean {
  return isAbsolute(binary) || /[/\\]/.test(binary);
}

/** Why a program cannot be started in a folder, as the end of a sentence, else `null`; `spawn` would blame the binary for it. */
export function troubleOfFolder(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return 'does not exist or is not a folder';
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    const isDenied = (error as NodeJS.ErrnoException).code === 'EACCES';
    return isDenied ? 'cannot be entered: permission denied' : 'does not exist or is not a folder';
  }
}

/** Ignores relative and empty entries of PATH, which would find programs of the working directory. */
function foldersOf(host: Host): string[] {
  const folders = (host.env.PATH ?? host.env.Path ?? '').split(delimiter).filter(isAbsolute);
  return [...new Set(folders)];
}

function endingsOf(host: Host): string[] {
  return host.platform === 'win32' ? (host.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
}

/** Most places that are looked at hold nothing: an exception for each would take longer than the look. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
