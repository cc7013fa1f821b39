import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { type Git, type GitPlace, gitIn } from './git.js';
import { type Trouble, trouble, troubleOf } from './trouble.js';

/** A work tree of a repository. */
export interface Repository {
  /** The top folder of the work tree, absolute. */
  root: string;
  /** The folder of this work tree in the repository: a linked one has its own. */
  gitDir: string;
  /** The folder that all work trees share. */
  commonDir: string;
  /** The user's index, which may be missing. */
  indexFile: string;
  /** Git at the root; it runs no filter of the repository. */
  git: Git;
  /** Settings by key, in lower case as Git lists them. */
  settings: ReadonlyMap<string, string>;
  /** The id that stands for no object. */
  noObject: string;
  /** Where attributes may be set outside of the work tree. */
  attributeFiles: readonly string[];
  /** Where ignore rules may be set outside of the work tree. */
  ignoreFiles: readonly string[];
}

/** The work tree around a folder; the trouble says why there is none that can be used. */
export async function findRepository(place: GitPlace): Promise<Result<Repository, Trouble>> {
  const ask = gitIn(place);
  const [places, listed] = await Promise.all([
    ask(['rev-parse', ...PLACES]),
    ask(['config', '-z', '--list']),
  ]);
  const lines = places.stdout.toString('utf8').split('\n');
  if (lines[0] === 'true') return err(trouble('bare', 'the repository is bare, it has no files'));
  if (places.exitCode !== 0) return err(noRepository(troubleOf(places, 'no Git work tree'), place));
  if (lines[1] !== 'true') return err(trouble('no_repository', `\`${place.cwd}\` is inside a Git folder`));
  const [, , gitDir, commonDir, indexFile, root, end] = lines;
  if (gitDir === undefined || commonDir === undefined || indexFile === undefined || root === undefined)
    return err(trouble('failed', 'Git does not say where its files are'));
  if (end !== '') return err(trouble('failed', 'the path of the repository has a line break'));
  if (listed.exitCode !== 0) return err(troubleOf(listed, 'the settings of Git cannot be read'));
  const settings = settingsIn(listed.stdout.toString('utf8'));
  return ok({
    root: path.resolve(place.cwd, root),
    gitDir: path.resolve(place.cwd, gitDir),
    commonDir: path.resolve(place.cwd, commonDir),
    indexFile: path.resolve(place.cwd, indexFile),
    git: gitIn({ ...place, cwd: root, settings: { ...place.settings, ...withoutFilters(settings) } }),
    settings,
    noObject: '0'.repeat(settings.get('extensions.objectformat') === 'sha256' ? 64 : 40),
    attributeFiles: [
      path.join(path.resolve(place.cwd, commonDir), 'info/attributes'),
      ownFile(settings.get('core.attributesfile'), 'attributes', place.env),
      '/etc/gitattributes',
    ],
    ignoreFiles: [
      path.join(path.resolve(place.cwd, commonDir), 'info/exclude'),
      ownFile(settings.get('core.excludesfile'), 'ignore', place.env),
    ],
  });
}

/** The user's own file: as it is set, or the usual one. */
function ownFile(
  set: string | undefined,
  name: string,
  { HOME = '', XDG_CONFIG_HOME }: GitPlace['env'],
): string {
  if (set !== undefined) return set.replace(/^~(?=\/)/, HOME);
  return path.join(XDG_CONFIG_HOME || path.join(HOME, '.config'), 'git', name);
}

const PLACES = [
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--absolute-git-dir',
  '--git-common-dir',
  '--git-path',
  'index',
  '--show-toplevel',
];

function noRepository(found: Trouble, { cwd }: GitPlace): Trouble {
  if (found.kind === 'no_repository' || found.kind === 'read_only' || found.kind === 'failed') {
    const broken = repositoryEntry(cwd);
    if (broken !== null)
      return trouble('unreadable', `\`${broken}\` is damaged or not readable: ${saidBy(found)}`);
  }
  if (found.kind === 'no_repository') return { ...found, message: `\`${cwd}\` is not in a Git work tree` };
  if (found.kind !== 'unsafe') return found;
  return { ...found, message: `the repository of \`${cwd}\` belongs to another user (\`safe.directory\`)` };
}

/** What Git itself has said. */
function saidBy({ message }: Trouble): string {
  return message.slice(message.indexOf(': ') + 2);
}

/** The nearest `.git` above a folder, which Git would use if it could; one of a folder that cannot be looked into counts. */
function repositoryEntry(cwd: string): string | null {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const entry = path.join(folder, '.git');
    if (isThere(entry)) return entry;
    if (folder === path.dirname(folder)) return null;
  }
}

function isThere(entry: string): boolean {
  try {
    // An empty folder is none to Git either.
    return !lstatSync(entry).isDirectory() || readdirSync(entry).length > 0;
  } catch (error) {
    return codeOf(error) === 'EACCES';
  }
}

/** `key\nvalue` each; a key without a value counts as true. The last one wins. */
function settingsIn(listed: string): Map<string, string> {
  const entries = listed.split('\0').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

/** Git compares files through their filters where their times are too close to that of the index: an empty command is no filter. */
function withoutFilters(settings: ReadonlyMap<string, string>): Record<string, string> {
  const keys = [...settings.keys()].filter((key) =>
    /^filter\..*\.(?:clean|smudge|process|required)$/s.test(key),
  );
  return Object.fromEntries(keys.map((key) => [key, key.endsWith('.required') ? 'false' : '']));
}
