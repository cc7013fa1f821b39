import { writeFileSync } from 'node:fs';
import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, bytePath, quotedLine, shownPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble, troubleOf } from '../git/trouble.js';
import type { Suspect } from './listing.js';
import { type OnDisk, onDisk } from './on-disk.js';
import type { Found } from './permissions.js';
import type { Scratch } from './scratch.js';
import { untilStill } from './until-still.js';

/** A file to put into an index: `null` removes it. */
export interface IndexLine {
  path: BytePath;
  mode: string;
  oid: string | null;
}

/** Files that were written into the repository, as lines of an index. */
export interface Stored {
  lines: IndexLine[];
  /** What the regular ones among them have on disk. */
  found: Map<BytePath, Found>;
}

/**
 * Writes the bytes of files as they are, without any filter, into the repository. Where another program changes or removes one meanwhile,
 * they are looked at again.
 */
export async function store(
  repository: Repository,
  paths: readonly Suspect[],
  place: StoringPlace,
): Promise<Result<Stored, Trouble>> {
  return untilStill(() => storeOnce(repository, paths, place));
}

interface StoringPlace {
  scratch: Scratch;
  mostBytes: number;
}

async function storeOnce(
  repository: Repository,
  paths: readonly Suspect[],
  { scratch, mostBytes }: StoringPlace,
): Promise<Result<Stored, Trouble>> {
  const seen = paths.map((suspect) => ({
    suspect,
    found: suspect.isMissing ? NOTHING : onDisk(repository.root, suspect.path),
  }));
  const bytes = seen.reduce((sum, { found }) => sum + (found.is === 'file' ? found.bytes : 0), 0);
  if (bytes > mostBytes) return err(tooLarge(bytes, mostBytes, seen));
  const lines: IndexLine[] = [];
  const files = new Map<BytePath, Found>();
  const toHash: { line: Omit<IndexLine, 'oid'>; from: BytePath }[] = [];
  for (const { suspect, found } of seen) {
    const { path } = suspect;
    if (found.is === 'file') {
      const mode = hasModes(repository) || suspect.mode === '000000' ? found.mode : suspect.mode;
      toHash.push({ line: { path, mode }, from: path });
      if (hasModes(repository)) files.set(path, found);
    } else if (found.is === 'link') {
      const from = scratch.file();
      writeFileSync(from, found.target);
      toHash.push({ line: { path, mode: '120000' }, from: bytePath(from) });
    } else if (suspect.mode !== '000000' && suspect.mode !== '160000') {
      lines.push({ path, mode: '0', oid: null });
    }
  }
  const hashed = await hashFiles(
    repository,
    toHash.map(({ from }) => from),
    { keeps: true },
  );
  if (!hashed.ok) return hashed;
  lines.push(...toHash.map(({ line }, at) => ({ ...line, oid: hashed.value[at] ?? null })));
  return ok({ lines, found: files });
}

const NOTHING: OnDisk = { is: 'nothing' };

function hasModes({ settings }: Repository): boolean {
  return settings.get('core.filemode') !== 'false';
}

function tooLarge(
  bytes: number,
  mostBytes: number,
  seen: readonly { suspect: Suspect; found: OnDisk }[],
): Trouble {
  const sized = seen.flatMap(({ suspect, found }) =>
    found.is === 'file' ? [{ path: shownPath(suspect.path), bytes: found.bytes }] : [],
  );
  const [largest] = sized.sort((a, b) => b.bytes - a.bytes);
  const of = largest === undefined ? '' : `, the largest \`${largest.path}\``;
  return trouble(
    'too_large',
    `files that Git does not hold come to ${mebibytes(bytes)} (limit ${mebibytes(mostBytes)})${of}`,
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

/** The ids of the bytes of files, relative to the root or absolute; with `keeps` they are written into the repository. */
export async function hashFiles(
  { git }: Repository,
  paths: readonly BytePath[],
  { keeps }: { keeps: boolean },
): Promise<Result<string[], Trouble>> {
  if (paths.length === 0) return ok([]);
  const args = ['hash-object', ...(keeps ? ['-w'] : []), '--no-filters', '--stdin-paths'];
  const answer = await git(args, { stdin: paths.map(quotedLine).join('') });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'files cannot be read'));
  return ok(answer.stdout.toString('latin1').split('\n').slice(0, paths.length));
}

/** Changes an index. */
export async function changeIndex(
  { git, noObject }: Repository,
  indexFile: string,
  lines: readonly IndexLine[],
): Promise<Trouble | null> {
  if (lines.length === 0) return null;
  // A file may take the place of a folder, so what goes comes first.
  const sorted = [...lines].sort((a, b) => Number(a.oid !== null) - Number(b.oid !== null));
  const stdin = sorted.map(({ path, mode, oid }) =>
    oid === null ? `0 ${noObject}\t${path}\0` : `${mode} ${oid}\t${path}\0`,
  );
  const answer = await git(['update-index', '-z', '--index-info'], { indexFile, stdin: stdin.join('') });
  return answer.exitCode === 0 ? null : troubleOf(answer, 'the snapshot cannot be written');
}

/** Writes the tree of an index, and gives its id. */
export async function writeTree({ git }: Repository, indexFile: string): Promise<Result<string, Trouble>> {
  const answer = await git(['write-tree'], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the snapshot cannot be written'));
  return ok(answer.stdout.toString('latin1').trim());
}
