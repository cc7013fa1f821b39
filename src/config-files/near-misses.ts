import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import {
  CONFIG_FILE,
  CONFIG_FOLDER,
  type ConfigSearch,
  projectFolders,
  shownPath,
  userFolderOf,
} from './find.js';
import { isYamlName } from './folder.js';

/** Files in the places that are searched which would be a config under another name: `llmrouter.yaml`, `agents.YAML`. */
export async function nearMisses(search: ConfigSearch): Promise<Diagnostic[]> {
  const projects = projectFolders(search.cwd);
  const folders = [userFolderOf(search), ...projects.map((one) => path.join(one, CONFIG_FOLDER))];
  const found = await Promise.all([
    ...projects.map((folder) => misnamedIn(folder, nameOfFile)),
    ...folders.map((folder) => misnamedIn(folder, nameInFolder)),
  ]);
  return found.flat().map(({ file, name }) => {
    const message = `\`${shownPath(file, search.cwd)}\` is not read because of its name`;
    return diagnostic('config/misnamed-file', message, { place: null, hint: `rename it to \`${name}\`` });
  });
}

/** The name that a file should have; `null`: it is right, or the file is something else. */
type NameOf = (name: string) => string | null;

const nameOfFile: NameOf = (name) => {
  const isRight = /^llm-router\.ya?ml$/.test(name);
  return !isRight && /^\.?llm[-_. ]?router(?:\.config)?\.ya?ml$/i.test(name) ? CONFIG_FILE : null;
};

const nameInFolder: NameOf = (name) =>
  !isYamlName(name) && /^[^.].*\.ya?ml$/i.test(name) ? name.replace(/\.[^.]*$/, '.yaml') : null;

async function misnamedIn(folder: string, nameOf: NameOf): Promise<{ file: string; name: string }[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.sort().flatMap((one) => {
    const name = nameOf(one);
    return name === null ? [] : [{ file: path.join(folder, one), name }];
  });
}
