import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Host } from '../adapter.js';
import { expandVariables } from '../variables.js';

/** The path of a binary, or the searched places. */
export type Search = { found: true; path: string } | { found: false; searched: string[] };

/** Finds a binary: a name in the folders of PATH, or a path (which may start with `~/` and hold `${VAR}`). */
export function findBinary(binary: string, host: Host): Search {
  const name = expandVariables(binary, host.env).text.replace(/^~(?=\/)/, host.env.HOME ?? '~');
  if (isPath(name)) {
    const path = resolve(name);
    return isExecutable(path) ? { found: true, path } : { found: false, searched: [path] };
  }
  const searched = foldersOf(host);
  for (const folder of searched) {
    for (const ending of endingsOf(host)) {
      const path = join(folder, name + ending);
      if (isExecutable(path)) return { found: true, path };
    }
  }
  return { found: false, searched };
}

/** Whether a binary is given as a path, not as a name to look up. */
export function isPath(binary: string): boolean {
  return isAbsolute(binary) || /[/\\]/.test(binary);
}

/** Whether a folder exists; `spawn` would blame the binary for a missing one. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Ignores relative and empty entries of PATH, which would find programs of the working directory. */
function foldersOf(host: Host): string[] {
  return (host.env.PATH ?? host.env.Path ?? '').split(delimiter).filter(isAbsolute);
}

function endingsOf(host: Host): string[] {
  return host.platform === 'win32' ? (host.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
