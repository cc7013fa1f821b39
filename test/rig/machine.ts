import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceDocument } from './document.js';

/** The built command. */
export const ROUTER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../bin/llm-router.cjs');

const { LLM_ROUTER_TEST_EXECUTABLE: standalone } = process.env;

/** A standalone executable is tested, and not what is in `dist/`. */
export const IS_STANDALONE = standalone !== undefined;

/** What starts the command. */
export const PROGRAM: readonly [string, ...string[]] =
  standalone !== undefined ? [standalone] : [process.execPath, ROUTER];

/** The folders of a machine of its own, all below one. */
export interface Folders {
  home: string;
  /** The working directory. */
  project: string;
  /** The only folder of PATH; holds the fakes, `node` and `llm-router`. */
  bin: string;
  /** Folder of temporary files; must be empty at the end. */
  tmp: string;
  /** `$XDG_STATE_HOME` */
  state: string;
  config: string;
  data: string;
  cache: string;
}

/** Makes the folders, with `node` and `llm-router` in PATH. */
export function makeFolders(root: string): Folders {
  const inside = (name: string) => path.join(root, name);
  const folders: Folders = {
    home: inside('home'),
    project: inside('project'),
    bin: inside('bin'),
    tmp: inside('tmp'),
    state: inside('state'),
    config: inside('config'),
    data: inside('data'),
    cache: inside('cache'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  symlinkSync(process.execPath, path.join(folders.bin, 'node'));
  const wrapper = `#!/bin/sh\nexec ${PROGRAM.map((part) => `"${part}"`).join(' ')} "$@"\n`;
  writeFileSync(path.join(folders.bin, 'llm-router'), wrapper, { mode: 0o755 });
  return folders;
}

/** The whole environment of a program: nothing of the one that runs the tests. */
export function environment(folders: Folders): Record<string, string> {
  return {
    PATH: folders.bin,
    HOME: folders.home,
    TMPDIR: folders.tmp,
    XDG_CONFIG_HOME: folders.config,
    XDG_STATE_HOME: folders.state,
    XDG_DATA_HOME: folders.data,
    XDG_CACHE_HOME: folders.cache,
    LLM_ROUTER_TRUST: '1',
  };
}

/** Writes a file and the folders above it; returns its path. */
export function writeDeep(file: string, data: string | Buffer): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  return file;
}

/** The trace files under a folder, newest first; none if there is no such folder. */
export function readTraces(folder: string): TraceDocument[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  );
  return files
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as TraceDocument)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Files left in the folder of temporary files. Node 22 and later may keep compiled code there; all else is ours. */
export function temporaryFiles(folder: string): string[] {
  const left = readdirSync(folder).filter((name) => name !== 'node-compile-cache');
  return left.map((name) => `left behind in TMPDIR: ${name}`);
}
