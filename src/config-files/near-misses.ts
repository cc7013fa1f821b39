import path from 'node:path';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import {
  CONFIG_FILE,
  CONFIG_FOLDER,
  type ConfigSearch,
  namedIn,
  projectFolders,
  shownPath,
  userFolderOf,
} from './find.js';
import { exists, isYamlName, kindOf, namesIn } from './folder.js';
import { betterNameInFolder, betterNameOfFile, misnamed } from './names.js';

/** Files in the places that are read or searched which would be a config under another name: `llmrouter.yaml`, `agents.json`. */
export function misnamedFiles(search: ConfigSearch): Diagnostic[] {
  const named = namedIn(search).map((one) => path.resolve(search.cwd, one));
  const projects = named.length > 0 ? [] : projectFolders(search.cwd);
  const folders = named.length > 0 ? named : [userFolderOf(search), ...projects.map(configFolder)];
  const shownIn = (folder: string) => (name: string) => shownPath(path.join(folder, name), search.cwd);
  return [
    ...projects.flatMap((one) => misnamed(namesIn(one), betterNameOfFile, shownIn(one))),
    ...folders.flatMap((one) => misnamed(namesIn(one), betterNameInFolder, shownIn(one))),
  ];
}

function configFolder(project: string): string {
  return path.join(project, CONFIG_FOLDER);
}

/** The same, and those in other places than the ones that are searched: `.llm-router/policies/team.yaml`, `~/.llm-router.yaml`. */
export function nearMisses(search: ConfigSearch): Diagnostic[] {
  const projects = projectFolders(search.cwd);
  const user = userFolderOf(search);
  const shown = (file: string) => shownPath(file, search.cwd);
  return [
    ...misnamedFiles(search),
    ...projects.flatMap((folder) => foldersIn(folder, shown)),
    ...[user, ...projects.map(configFolder)].flatMap((folder) => below(folder, shown)),
    ...misplacedOfUser(search, { projects, user, shown }),
  ];
}

type Shown = (file: string) => string;

function foldersIn(folder: string, shown: Shown): Diagnostic[] {
  return namesIn(folder).flatMap((one) => {
    const file = path.join(folder, one);
    if (isFolderName(one) && namesIn(file).some(isHabitual))
      return [notRead('name', shown(file), `rename it to \`${CONFIG_FOLDER}\``)];
    if (one === CONFIG_FOLDER && kindOf(file) === 'other')
      return [
        notRead('place', shown(file), `it is not a folder: name it \`${CONFIG_FILE}\` if it is a config`),
      ];
    return [];
  });
}

/** A folder that would be that of the configs under its name. */
function isFolderName(name: string): boolean {
  return name !== CONFIG_FOLDER && /^\.?llm[-_]?routers?$/i.test(name);
}

function isHabitual(name: string): boolean {
  return /^(?:agents|tools|models|policies|llm-router)\.ya?ml$/.test(name);
}

/** Folders inside a folder of configs are not searched. */
function below(folder: string, shown: Shown): Diagnostic[] {
  const hint = `only files in \`${shown(folder)}\` itself are read`;
  const inside = namesIn(folder).map((one) => path.join(folder, one));
  return inside
    .filter((one) => !/[.]|^traces$/.test(path.basename(one)) && kindOf(one) === 'folder')
    .flatMap((one) =>
      namesIn(one)
        .filter(isYamlName)
        .map((name) => path.join(one, name)),
    )
    .map((file) => notRead('place', shown(file), hint));
}

/** The config of a user in places where other programs have theirs. */
function misplacedOfUser(
  { home }: ConfigSearch,
  { projects, user, shown }: { projects: readonly string[]; user: string; shown: Shown },
): Diagnostic[] {
  const names = ['.llm-router.yaml', '.llm-router.yml'].map((name) => path.join(home, name));
  const inHome = projects.includes(home) ? [] : names;
  const beside = ['.yaml', '.yml'].map((ending) => `${user}${ending}`);
  return [...inHome, ...beside]
    .filter(exists)
    .map((file) => notRead('place', shown(file), `move it to \`${path.join(user, CONFIG_FILE)}\``));
}

function notRead(why: 'name' | 'place', shown: string, hint: string): Diagnostic {
  return diagnostic('config/misnamed-file', `\`${shown}\` is not read because of its ${why}`, {
    place: null,
    hint,
  });
}
