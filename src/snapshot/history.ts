import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { err, ok, type Result } from '../domain/result.js';
import { type WaitingGit, waitingGit } from '../git/git.js';
import { bytePath, shownPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { AUTHOR } from '../git/surroundings.js';
import { type Trouble, trouble, troubleOf } from '../git/trouble.js';
import type { Permissions } from './permissions.js';

/**
 * What a state of the history of a run is: before an attempt, what an attempt left, what a rollback restored,
 * what a forced `undo` found, or what an `undo` did.
 */
export type StateKind = 'before' | 'after' | 'rolled_back' | 'kept' | 'undone';

/** What is known of a state beside its files. */
export interface StateNote {
  kind: StateKind;
  /** The attempt, from 1; `null`: it belongs to none. */
  attempt: number | null;
  /** Patterns of ignored files that belong to it. */
  included: readonly string[];
  permissions: Permissions;
  /** With `undone`: the commit whose files another `undo` puts back. */
  other: string | null;
  /** The work tree of the repository, by the name of its folder in it; empty: the main one. */
  worktree: string;
  /** With `after`: what the attempt changed that no state holds, as texts for people. */
  unkept: readonly string[];
  /** With `after`: other runs that worked in the same files during the attempt. */
  others: readonly string[];
  /** The run that made this one, and the outermost one; `null`: none. */
  parentId: string | null;
  rootId: string | null;
}

/** A note without anything beside its files. */
export const NOTHING_BESIDE = { unkept: [], others: [], parentId: null, rootId: null } as const;

/** One state of the history of a run. */
export interface State extends StateNote {
  commit: string;
  tree: string;
  /** When it was added, ms since the epoch. */
  atMs: number;
}

/** The run of a ref; `null`: the ref is none of ours. */
export function idOf(ref: string): string | null {
  return ID.test(ref) ? ref.slice(PREFIX.length) : null;
}

/** The ref that keeps the states of a run; each is a commit on top of the one before. */
export function refOf(id: string): string {
  return `${PREFIX}${id}`;
}

const PREFIX = 'refs/llm-router/';

/** Writes commits: takes one, and says its id. */
export function commitWriter({ git }: Repository): WaitingGit {
  return waitingGit(git, ['hash-object', '-t', 'commit', '-w', '--stdin']);
}

/** Changes refs: takes the commands of `git update-ref --stdin`. */
export function refWriter({ git }: Repository): WaitingGit {
  return waitingGit(git, ['update-ref', '--no-deref', '--stdin']);
}

/** Adds a state to the history of a run; `parent` is the last one, `null` starts a history. Another writer in between is trouble. */
export async function addState(
  repository: Repository,
  id: string,
  { tree, parent, note }: { tree: string; parent: string | null; note: StateNote },
  { commits = commitWriter(repository), refs = refWriter(repository) } = {},
): Promise<Result<State, Trouble>> {
  const atMs = Date.now();
  const made = await commits(commitOf({ tree, parent, atMs, message: messageOf(id, note, atMs) }));
  const commit = made.stdout.toString('latin1').trim();
  const from = parent ?? repository.noObject;
  const moved = await refs(made.exitCode === 0 ? `update ${refOf(id)} ${commit} ${from}\n` : '');
  if (made.exitCode !== 0) return err(troubleOf(made, 'the snapshot cannot be written'));
  if (moved.exitCode !== 0) return err(troubleOf(moved, `\`${refOf(id)}\` cannot be written`));
  return ok({ ...note, commit, tree, atMs });
}

/** A commit as Git stores it. */
function commitOf({
  tree,
  parent,
  atMs,
  message,
}: {
  tree: string;
  parent: string | null;
  atMs: number;
  message: string;
}): string {
  const by = `${AUTHOR.NAME} <${AUTHOR.EMAIL}> ${Math.floor(atMs / 1000)} +0000`;
  const head = [
    `tree ${tree}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${by}`,
    `committer ${by}`,
  ];
  return Buffer.from(`${head.join('\n')}\n\n${message}`).toString('latin1');
}

const WORDS: Readonly<Record<StateKind, string>> = {
  before: 'before',
  after: 'after',
  rolled_back: 'rolled back',
  kept: 'kept',
  undone: 'undone',
};

/** A line for people, and one for programs. */
function messageOf(id: string, note: StateNote, atMs: number): string {
  const { kind, attempt, included, permissions, other, worktree, unkept, others, parentId, rootId } = note;
  const of = attempt === null ? '' : ` attempt ${attempt}`;
  const data = {
    version: 1,
    kind,
    attempt,
    included,
    permissions: permissionsData(permissions),
    other,
    worktree,
    unkept,
    others,
    parent: parentId,
    root: rootId,
    at: atMs,
  };
  return `llm-router ${id}: ${WORDS[kind]}${of}\n\n${JSON.stringify(data)}\n`;
}

/** The states of a run, the first one first; empty: none are kept. */
export async function historyOf({ git }: Repository, id: string): Promise<Result<State[], Trouble>> {
  const known = await git(['rev-parse', '--verify', '-q', `${refOf(id)}^{commit}`]);
  if (known.exitCode !== 0) return ok([]);
  const listed = await git([
    'log',
    '-z',
    '--no-show-signature',
    '--reverse',
    '--format=%H %T%n%B',
    refOf(id),
  ]);
  if (listed.exitCode !== 0) return err(troubleOf(listed, `\`${refOf(id)}\` cannot be read`));
  const states = listed.stdout
    .toString('utf8')
    .split('\0')
    .filter((text) => text !== '')
    .map(stateIn);
  if (states.includes(null))
    return err(trouble('failed', `\`${refOf(id)}\` was not written by this program`));
  return ok(states.filter((state) => state !== null));
}

function stateIn(text: string): State | null {
  const [ids = '', , , json = ''] = text.split('\n');
  const [commit = '', tree = ''] = ids.split(' ');
  const data = parseJson(json);
  if (!isMap(data) || data.version !== 1 || typeof data.kind !== 'string' || !(data.kind in WORDS))
    return null;
  return {
    commit,
    tree,
    kind: data.kind as StateKind,
    attempt: typeof data.attempt === 'number' ? data.attempt : null,
    included: textsIn(data.included),
    permissions: permissionsFrom(data),
    other: typeof data.other === 'string' ? data.other : null,
    worktree: typeof data.worktree === 'string' ? data.worktree : '',
    unkept: textsIn(data.unkept),
    others: textsIn(data.others),
    parentId: typeof data.parent === 'string' ? data.parent : null,
    rootId: typeof data.root === 'string' ? data.root : null,
    atMs: typeof data.at === 'number' ? data.at : 0,
  };
}

function textsIn(data: unknown): string[] {
  return Array.isArray(data) ? data.filter((one) => typeof one === 'string') : [];
}

function permissionsData({ file, executable, others }: Permissions) {
  const named = [...others].map(([path, mode]) => [shownPath(path), mode.toString(8)]);
  return { file: octal(file), executable: octal(executable), others: Object.fromEntries(named) };
}

function octal(mode: number | null): string | null {
  return mode === null ? null : mode.toString(8);
}

/** Earlier versions kept only those of files that were `closed` to other users. */
function permissionsFrom({ permissions, closed }: Record<string, unknown>): Permissions {
  const known = isMap(permissions) ? permissions : { others: closed };
  const others = isMap(known.others) ? Object.entries(known.others) : [];
  return {
    file: modeFrom(known.file),
    executable: modeFrom(known.executable),
    others: new Map(others.map(([path, mode]) => [bytePath(path), modeFrom(mode) ?? 0o600])),
  };
}

function modeFrom(text: unknown): number | null {
  return typeof text === 'string' && /^[0-7]{1,3}$/.test(text) ? Number.parseInt(text, 8) : null;
}

/** The ids of runs whose states are kept, the newest first. */
export async function keptRuns({ git }: Repository): Promise<Result<string[], Trouble>> {
  const listed = await git(['for-each-ref', '--format=%(refname)', PREFIX]);
  if (listed.exitCode !== 0) return err(troubleOf(listed, 'the snapshots cannot be listed'));
  const names = listed.stdout.toString('latin1').split('\n');
  return ok(
    names
      .map(idOf)
      .filter((id) => id !== null)
      .sort()
      .reverse(),
  );
}

const ID = /^refs\/llm-router\/[0-9A-HJKMNP-TV-Z]{26}$/;

/** Takes back the states that were added after one, unless another program has added more. */
export async function forgetLater(
  { git }: Repository,
  id: string,
  { last, added }: { last: State; added: State },
): Promise<void> {
  await git(['update-ref', '--no-deref', refOf(id), last.commit, added.commit]);
}

/** Forgets the states of one run, unless another program has added to them. */
export async function dropRun(
  repository: Repository,
  { id, commit, refs = refWriter(repository) }: { id: string; commit: string; refs?: WaitingGit | undefined },
): Promise<void> {
  await refs(`delete ${refOf(id)} ${commit}\n`);
}

/** Forgets the states of runs that started before an id of that time; Git removes their files with its next clean-up. */
export async function forgetRuns(repository: Repository, beforeId: string): Promise<Result<number, Trouble>> {
  const kept = await keptRuns(repository);
  if (!kept.ok) return kept;
  const old = kept.value.filter((id) => id < beforeId);
  if (old.length === 0) return ok(0);
  const stdin = old.map((id) => `delete ${refOf(id)}\n`).join('');
  const answer = await repository.git(['update-ref', '--no-deref', '--stdin'], { stdin });
  return answer.exitCode === 0 ? ok(old.length) : err(troubleOf(answer, 'old snapshots cannot be removed'));
}
