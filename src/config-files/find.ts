import path from 'node:path';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { ConfigFile, LayerFiles } from '../lint/load.js';
import { endsNearlyRight, exists, filesOfFolder, kindOf, namesIn, type Owner, ownerOf } from './folder.js';
import { readConfigFile, unreadable } from './read.js';

/** Name of the one file, in a project or in the user's folder. */
export const CONFIG_FILE = 'llm-router.yaml';
/** Names under which the one file is read. */
export const FILE_NAMES = [CONFIG_FILE, 'llm-router.yml'];
/** Name of the folder in a project. */
export const CONFIG_FOLDER = '.llm-router';

/** Where to look. */
export interface ConfigSearch {
  /** `--config`, in order; with any of them nothing is searched. */
  explicit: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  /** True: a config that is named is read alone, without the limits of the user's own [false]. */
  isAlone?: boolean;
}

/** What was found and read. */
export interface FoundConfig {
  /** Weakest first. */
  layers: LayerFiles[];
  /** The user's own config beside one that was named: of it only the limits hold. */
  own: LayerFiles | null;
  /** A project config was discovered, not given by path, so it may not be trusted. */
  discovered: boolean;
  /** Every searched place, as shown to the user. */
  searched: string[];
  diagnostics: Diagnostic[];
  /** Named paths that do not exist or cannot be read. */
  unreadable: string[];
  /** A file around them may be meant as a config; `misnamedFiles` of near-misses.ts knows. */
  hasMisnamed: boolean;
}

/** Files that are read as one layer. */
interface LayerPlace {
  layer: LayerFiles['layer'];
  /** As in {@link ConfigTarget}. */
  within: readonly string[] | null;
}

interface Found {
  layers: LayerFiles[];
  diagnostics: Diagnostic[];
  unreadable: string[];
  hasMisnamed: boolean;
}

/** Finds and reads every config file: the named ones, else the user's and the nearest project's. */
export function findConfig(search: ConfigSearch): FoundConfig {
  const named = namedIn(search);
  if (named.length > 0) return findNamed(search, named);
  const userFolder = userFolderOf(search);
  const folders = projectFolders(search.cwd);
  const user = readUser(search);
  const project = findProject(search, folders, userFolder);
  const searched = [userFolder, ...folders.flatMap(candidatesIn)].map((one) => shownPath(one, search.cwd));
  return { ...join([user, project]), own: null, discovered: project.layers.length > 0, searched };
}

/** The paths that were named by option, else by variable. */
export function namedIn({ explicit, env }: ConfigSearch): readonly string[] {
  const variable = env.LLM_ROUTER_CONFIG ?? '';
  return explicit.length > 0 || variable === '' ? explicit : [variable];
}

/** The files of the nearest project's config, whatever is named. */
export function findProjectFiles({ cwd, home }: ConfigSearch): readonly ConfigFile[] {
  const search = { cwd, home, explicit: [], env: {} };
  const { layers } = findProject(search, projectFolders(cwd), userFolderOf(search));
  return layers.flatMap(({ files }) => files);
}

/** A path as the user would write it: from the working directory when it lies inside. */
export function shownPath(target: string, cwd: string): string {
  const relative = path.relative(cwd, target);
  if (relative === '') return '.';
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)
    ? target
    : relative;
}

/** `$XDG_CONFIG_HOME/llm-router`; a relative value of the variable does not count. */
export function userFolderOf({ env, home }: ConfigSearch): string {
  const xdg = env.XDG_CONFIG_HOME ?? '';
  return path.join(path.isAbsolute(xdg) ? xdg : path.join(home, '.config'), 'llm-router');
}

function findNamed(search: ConfigSearch, named: readonly string[]): FoundConfig {
  const targets = named.map((one) => path.resolve(search.cwd, one.replace(/^~(?=\/|$)/, search.home)));
  const found = targets.map((target) => {
    const shown = shownPath(target, search.cwd);
    if (kindOf(target) !== 'folder') return readFiles(search, [target], EXPLICIT);
    const folder = readFolder(search, target, EXPLICIT);
    if (folder.layers.length + folder.unreadable.length > 0) return folder;
    const message = `the folder \`${shown}\` holds no \`*.yaml\` or \`*.yml\``;
    return {
      ...folder,
      diagnostics: [diagnostic('config/empty-folder', message, { place: null }), ...folder.diagnostics],
      unreadable: [shown],
    };
  });
  const read = new Set(
    found.flatMap(({ layers }) => layers.flatMap(({ files }) => files.map(({ path }) => path))),
  );
  const own = search.isAlone === true ? join([]) : readOwn(search, read);
  return {
    ...join([...found, { ...own, layers: [] }]),
    own: own.layers[0] ?? null,
    discovered: false,
    searched: targets.map((one) => shownPath(one, search.cwd)),
  };
}

/** The user's own config without files that were named too. */
function readOwn(search: ConfigSearch, named: ReadonlySet<string>): Found {
  return readUser(search, (file) => !named.has(file));
}

/** In the home of another account it cannot be known whether there is a config: the run goes on with a warning. */
function readUser(search: ConfigSearch, isWanted?: (file: string) => boolean): Found {
  const folder = userFolderOf(search);
  const found = readFolder(search, folder, USER, isWanted);
  return exists(folder) ? found : passable(found, shownPath(folder, search.cwd));
}

const EXPLICIT: LayerPlace = { layer: 'explicit', within: null };
const USER: LayerPlace = { layer: 'user', within: null };

/** From the working directory up to the root of its repository; outside of one only the working directory. */
export function projectFolders(cwd: string): string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (exists(path.join(folder, '.git'))) return folders;
    if (folder === path.dirname(folder)) return [cwd];
  }
}

function candidatesIn(folder: string): string[] {
  return [path.join(folder, CONFIG_FILE), path.join(folder, CONFIG_FOLDER)];
}

/** The nearest folder that has a config; the user's own folder is not taken twice. What belongs to another user is left out. */
function findProject(search: ConfigSearch, folders: readonly string[], userFolder: string): Found {
  const place: LayerPlace = { layer: 'project', within: [folders.at(-1) ?? search.cwd, userFolder] };
  const passedOver: Diagnostic[] = [];
  let hasMisnamed = false;
  for (const folder of folders.filter((one) => one !== userFolder)) {
    const { own, others } = ownConfigsIn(search, folder);
    passedOver.push(...others);
    if (own.length === 0) continue;
    const found = readProject(search, folder, { own, place });
    if (found !== null && found.layers.length + found.unreadable.length > 0)
      return join([found, { ...join([]), diagnostics: passedOver }]);
    passedOver.push(...(found?.diagnostics ?? []));
    hasMisnamed ||= found?.hasMisnamed === true;
  }
  const isMeant = (name: string) => /^\.?llm.?router/i.test(name) && endsNearlyRight(name);
  hasMisnamed ||= folders.some((one) => namesIn(one).some(isMeant));
  return { ...join([]), diagnostics: passedOver, hasMisnamed };
}

/** Which of the places in a folder are there and may be read: a shared folder such as `/tmp` may hold the config of anyone. */
function ownConfigsIn(search: ConfigSearch, folder: string): { own: string[]; others: Diagnostic[] } {
  const places = [...FILE_NAMES, CONFIG_FOLDER].map((name) => path.join(folder, name));
  const owners = places.map((one) => ownerOf(one, search.env.SUDO_UID));
  const isTrusted = search.env.LLM_ROUTER_TRUST === '1';
  const thoseOf = (owner: Owner) => places.filter((_, index) => owners[index] === owner);
  const others = thoseOf('other');
  return {
    own: isTrusted ? places.filter((_, index) => owners[index] !== null) : thoseOf('user'),
    others: isTrusted ? [] : others.map((one) => ofOtherUser(shownPath(one, search.cwd))),
  };
}

function ofOtherUser(shown: string): Diagnostic {
  return diagnostic('config/other-owner', `\`${shown}\` is owned by another user, so it is not used`, {
    place: null,
    hint: 'read it, then name it with `--config`, or set LLM_ROUTER_TRUST=1',
  });
}

/** The config of one folder; `null`: it has none. */
function readProject(
  search: ConfigSearch,
  folder: string,
  { own, place }: { own: readonly string[]; place: LayerPlace },
): Found | null {
  const inFolder = path.join(folder, CONFIG_FOLDER);
  const ofFolder = own.includes(inFolder)
    ? passable(readFolder(search, inFolder, place), shownPath(inFolder, search.cwd))
    : join([]);
  const [first, second] = filesIn(folder).filter((file) => own.includes(file));
  if (first === undefined)
    return ofFolder.layers.length > 0 || ofFolder.diagnostics.length > 0 || ofFolder.hasMisnamed
      ? ofFolder
      : null;
  const ofFile = readFiles(search, [first], place);
  const other = ofFolder.layers.length > 0 ? path.join(inFolder, '*.yaml') : second;
  return other === undefined
    ? { ...ofFile, hasMisnamed: ofFolder.hasMisnamed }
    : { ...ofFile, diagnostics: [...ofFile.diagnostics, sideBySide(search, first, other)] };
}

/** Whether a folder that cannot be read holds a config is unknown: it may hold traces only, and the run goes on with a warning. */
function passable(found: Found, shown: string): Found {
  if (!found.unreadable.includes(shown)) return found;
  return { ...join([]), diagnostics: found.diagnostics.map((one) => passedOver(one)) };
}

function passedOver(found: Diagnostic): Diagnostic {
  const hint = 'a config in it would not apply: see who owns it, and its permissions';
  return { ...found, severity: 'warning', hint };
}

/** Which of the names of the one file are in a folder. */
function filesIn(folder: string): string[] {
  const files = FILE_NAMES.map((name) => path.join(folder, name));
  const found = files.map(exists);
  return files.filter((_, index) => found[index]);
}

function sideBySide(search: ConfigSearch, ...both: readonly [string, string]): Diagnostic {
  const [one, other] = both.map((file) => shownPath(file, search.cwd));
  return diagnostic('config/file-and-folder', `\`${one}\` and \`${other}\` stand side by side`, {
    place: null,
    hint: 'move everything into one of the two',
  });
}

function readFolder(
  search: ConfigSearch,
  folder: string,
  place: LayerPlace,
  isWanted: (file: string) => boolean = () => true,
): Found {
  const found = filesOfFolder(folder);
  if (found.ok) {
    const { files, hasMisnamed } = found.value;
    const wanted = files.filter(isWanted);
    const read = wanted.length === 0 ? join([]) : readFiles(search, wanted, place);
    return { ...read, hasMisnamed };
  }
  const shown = shownPath(folder, search.cwd);
  return { ...join([]), diagnostics: [unreadable(shown, found.error)], unreadable: [shown] };
}

function readFiles(search: ConfigSearch, targets: readonly string[], { layer, within }: LayerPlace): Found {
  const { SUDO_UID: sudoUid, LLM_ROUTER_TRUST: trust } = search.env;
  const owner = layer === 'explicit' || trust === '1' ? null : { sudoUid, mayBeOpen: layer === 'project' };
  const read = targets.map((path) => {
    const shown = shownPath(path, search.cwd);
    return { path, shown, text: readConfigFile({ path, shown, within, owner }) };
  });
  const files = read.flatMap(({ path, shown, text }): ConfigFile[] =>
    text.ok ? [{ file: shown, path, text: text.value }] : [],
  );
  if (files.reduce((sum, { text }) => sum + text.length, 0) > MAX_CHARS) return tooLarge(files);
  const failed = read.flatMap(({ shown, text }) => (text.ok ? [] : [{ shown, trouble: text.error }]));
  // A file without usable text is a finding with a place.
  const unread = failed.filter(({ trouble }) => trouble.place === null);
  return {
    layers: files.length > 0 ? [{ layer, files }] : [],
    diagnostics: failed.map((one) => one.trouble),
    unreadable: unread.map((one) => one.shown),
    hasMisnamed: false,
  };
}

/** Characters of the files of one folder, which are parsed before anything is known of them. */
const MAX_CHARS = 2 * 1024 * 1024;

function tooLarge(files: readonly ConfigFile[]): Found {
  const folder = path.dirname(files[0]?.file ?? '');
  const message = `the config files in \`${folder}\` are larger than 2 MiB together`;
  const found = diagnostic('config/file-too-large', message, { place: null });
  return { ...join([]), diagnostics: [found] };
}

function join(found: readonly Found[]): Found {
  return {
    layers: found.flatMap((one) => one.layers),
    diagnostics: found.flatMap((one) => one.diagnostics),
    unreadable: found.flatMap((one) => one.unreadable),
    hasMisnamed: found.some((one) => one.hasMisnamed),
  };
}
