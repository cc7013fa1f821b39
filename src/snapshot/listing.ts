import { err, ok, type Result } from '../domain/result.js';
import type { GitOptions } from '../git/git.js';
import { type BytePath, bytePath, shownPath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';

/** A file of the index that may differ from it. */
export interface Suspect {
  path: BytePath;
  /** Its mode in the index, octal; `000000`: it is not there. */
  mode: string;
  /** Its object in the index; `null`: unknown, or its entry must be written anew. */
  oid: string | null;
  /** It is not in the work tree, or beneath a link. */
  isMissing: boolean;
}

/** A file that is not in the index. */
export function newFile(path: BytePath): Suspect {
  return { path, mode: '000000', oid: null, isMissing: false };
}

/** The files of the index that differ from it by their times, sizes or modes, or are not merged. */
export async function suspects({ git }: Repository, indexFile: string): Promise<Result<Suspect[], Trouble>> {
  const args = ['diff-files', '--raw', '-z', '--no-renames', '--no-abbrev', '--ignore-submodules=dirty'];
  const answer = await git(args, { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the files cannot be compared with the index'));
  const parts = splitNul(answer.stdout);
  const found = new Map<BytePath, Suspect>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = '', , oldOid = '', , status = ''] = (parts[at] ?? '').slice(1).split(' ');
    const path = parts[at + 1] ?? '';
    // One that is not merged comes twice: as such, and compared with a side of it.
    const before = found.get(path);
    const known = oldMode === '000000' && status === 'U' ? '100644' : oldMode;
    const mode = before?.mode ?? known;
    const oid = before !== undefined || status === 'U' ? null : oldOid;
    found.set(path, { path, mode, oid, isMissing: status === 'D' || (before?.isMissing ?? false) });
  }
  return ok([...found.values()]);
}

/** Files that are not in the index; `nested` are folders with a repository of their own. */
export interface Untracked {
  files: BytePath[];
  /** Those that match a pattern of files that belong to a snapshot although they may be ignored. */
  included: BytePath[];
  nested: BytePath[];
}

/** Files outside of the index: by the ignore rules of Git, and ignored ones that match a pattern. */
export async function untracked(
  { git }: Repository,
  indexFile: string,
  { included }: { included: readonly string[] },
): Promise<Result<Untracked, Trouble>> {
  const [listed, more] = await Promise.all([
    git(['ls-files', '-o', '-z', '--exclude-standard'], { indexFile }),
    ignored({ git }, indexFile, included),
  ]);
  if (listed.exitCode !== 0) return err(troubleOf(listed, NOT_LISTED));
  if (!more.ok) return more;
  const paths = splitNul(listed.stdout);
  return ok({
    files: paths.filter((path) => !path.endsWith('/')),
    included: more.value,
    nested: paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1)),
  });
}

/** Every file outside of the index, ignored or not, but traces: runs beside this one write theirs too. */
export async function everything(
  { git }: Repository,
  indexFile: string,
): Promise<Result<BytePath[], Trouble>> {
  const answer = await git(['ls-files', '-o', '-z', '--exclude=**/.llm-router/traces/'], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, NOT_LISTED));
  return ok(splitNul(answer.stdout).filter((path) => !path.endsWith('/')));
}

const NOT_LISTED = 'the files outside of the index cannot be listed';

/** Files outside of the index that match one of the patterns of `.gitignore`, whatever the ignore rules say. */
export async function ignored(
  { git }: Pick<Repository, 'git'>,
  indexFile: string,
  patterns: readonly string[],
): Promise<Result<BytePath[], Trouble>> {
  if (patterns.length === 0) return ok([]);
  const excludes = patterns.map((pattern) => `--exclude=${pattern}`);
  const answer = await git(['ls-files', '-o', '-i', '-z', ...excludes], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, NOT_LISTED));
  return ok(splitNul(answer.stdout).filter((path) => !path.endsWith('/')));
}

/** Ignored files, by the user's index or another; of a folder that a rule ignores as a whole only its name, with `/` at the end. */
export async function ignoredNames(
  { git, root }: Pick<Repository, 'git' | 'root'>,
  indexFile?: string,
): Promise<Result<BytePath[], Trouble>> {
  const index = indexFile === undefined ? {} : { indexFile };
  const list = async (options: GitOptions, ...more: string[]): Promise<Result<BytePath[], Trouble>> => {
    const answer = await git(['ls-files', '-o', '-i', '-z', '--exclude-standard', ...more], {
      ...index,
      ...options,
    });
    return answer.exitCode === 0 ? ok(splitNul(answer.stdout)) : err(troubleOf(answer, NOT_LISTED));
  };
  const short = await list({}, '--directory');
  const folders = short.ok ? short.value.filter((name) => name.endsWith('/')) : [];
  if (!short.ok || folders.length === 0) return short;
  // Git also shortens folders in which every file is ignored for itself: a new file in them need not be.
  const stdin = folders.map((name) => `./${name.slice(0, -1)}\0`).join('');
  const asked = await git(['check-ignore', '-z', '--stdin'], { ...index, stdin });
  if (asked.exitCode !== 0 && asked.exitCode !== 1) return err(troubleOf(asked, NOT_LISTED));
  const whole = new Set(splitNul(asked.stdout).map((name) => `${name.slice('./'.length)}/`));
  const partly = folders.filter((name) => !whole.has(name));
  const inside = await Promise.all(
    isShort(partly)
      ? partly.map(async (name) => prefixed(name, await list({ cwd: `${root}/${shownPath(name)}` })))
      : [list({})],
  );
  const found: BytePath[] = [];
  for (const names of inside) {
    if (!names.ok) return names;
    found.push(...names.value);
  }
  return ok([...short.value.filter((name) => !partly.includes(name)), ...found]);
}

/** A process for each folder takes less time than one that lists all, `node_modules` included. */
function isShort(folders: readonly BytePath[]): boolean {
  return folders.length <= 8 && folders.every((name) => bytePath(shownPath(name)) === name);
}

function prefixed(folder: BytePath, names: Result<BytePath[], Trouble>): Result<BytePath[], Trouble> {
  return names.ok ? ok(names.value.map((name) => `${folder}${name}`)) : names;
}

/** What an index holds, without a list of all of it: there may be very many files. */
export interface IndexContent {
  /** Files that Git does not look at: they are assumed to be unchanged, or left out of a sparse checkout. */
  hidden: readonly BytePath[];
  /** Files of attributes. */
  attributes: readonly BytePath[];
  submodules: readonly BytePath[];
  /** Every regular file. */
  regular(): Iterable<BytePath>;
}

/** Looks through an index. */
export async function indexContent(
  { git }: Repository,
  indexFile: string,
): Promise<Result<IndexContent, Trouble>> {
  const answer = await git(['ls-files', '-v', '-s', '-z'], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the index cannot be read'));
  const { stdout } = answer;
  const [hidden, attributes, submodules]: [BytePath[], BytePath[], BytePath[]] = [[], [], []];
  for (let at = 0, end = stdout.indexOf(0); end >= 0; at = end + 1, end = stdout.indexOf(0, at)) {
    const isHidden = !SEEN.has(stdout[at] ?? 0);
    const isAttributes = stdout[end - 1] === 0x73 && stdout.subarray(at, end).includes(ATTRIBUTES);
    const isSubmodule = stdout[at + 3] === 0x36;
    if (!isHidden && !isAttributes && !isSubmodule) continue;
    const path = pathOf(stdout.toString('latin1', at, end));
    if (isHidden) hidden.push(path);
    if (isSubmodule) submodules.push(path);
    if (/(?:^|\/)\.gitattributes$/.test(path)) attributes.push(path);
  }
  return ok({ hidden, attributes, submodules, regular: () => regularIn(stdout) });
}

/** The tags of files that Git looks at: in the index, and not merged. */
const SEEN = new Set(['H', 'M'].map((tag) => tag.charCodeAt(0)));
const ATTRIBUTES = '.gitattributes';

/** Of `tag mode oid stage TAB path`. */
function pathOf(line: string): BytePath {
  return line.slice(line.indexOf('\t') + 1);
}

/** Of the lines of an index those of regular files, one at a time. */
function* regularIn(listed: Buffer): Generator<BytePath> {
  for (let at = 0, end = listed.indexOf(0); end >= 0; at = end + 1, end = listed.indexOf(0, at))
    // Only the modes of regular files, `100644` and `100755`, have this digit.
    if (listed[at + 3] === 0x30) yield listed.toString('latin1', listed.indexOf(0x09, at) + 1, end);
}
