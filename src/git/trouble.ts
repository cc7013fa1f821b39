import type { GitAnswer } from './git.js';

/** Why something in a repository could not be done. */
export type TroubleKind =
  | 'no_git'
  | 'no_repository'
  | 'bare'
  | 'unsafe'
  /** There is one, but Git cannot read it. */
  | 'unreadable'
  | 'no_space'
  | 'read_only'
  | 'too_large'
  /** What Git reads is being changed by another process: it may work at the next try. */
  | 'moving'
  | 'stopped'
  | 'failed';

/** Foreseen trouble with Git or its files. */
export interface Trouble {
  kind: TroubleKind;
  /** One sentence without a full stop. */
  message: string;
}

/** Trouble of a kind. */
export function trouble(kind: TroubleKind, message: string): Trouble {
  return { kind, message };
}

/** What a failed Git process says; `doing` names what was tried, as in `the files cannot be read`. */
export function troubleOf({ spawnError, stderr, exitCode }: GitAnswer, doing: string): Trouble {
  if (spawnError === 'ABORT_ERR') return trouble('stopped', `${doing}: stopped`);
  if (spawnError !== null)
    return spawnError === 'ENOENT'
      ? trouble('no_git', '`git` is not in PATH')
      : trouble('failed', `\`git\` cannot be started: ${spawnError}`);
  const said = errorIn(stderr) || `git ended with ${exitCode ?? 'a signal'}`;
  const known = KNOWN.find(([, pattern]) => pattern.test(stderr));
  return trouble(known?.[0] ?? (exitCode === null ? 'stopped' : 'failed'), `${doing}: ${said}`);
}

/** What a failed call of the system says. */
export function systemTrouble(error: unknown, doing: string): Trouble {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const kind = KNOWN_CODES[code] ?? 'failed';
  return trouble(kind, `${doing}: ${code === '' ? message : code}`);
}

const KNOWN: readonly (readonly [TroubleKind, RegExp])[] = [
  ['unsafe', /dubious ownership/],
  ['no_space', /no space left|disk quota exceeded/i],
  ['read_only', /read-only file system|permission denied|insufficient permission/i],
  ['no_repository', /not a git repository/i],
  // A file that changes or goes, and (Git 2.39, `get_worktrees`) the entry of a work tree that is being added.
  ['moving', /unstable object source data|could not open '.*' for reading: No such file/],
  ['moving', /failed to read .*worktrees\/[^/]+\/commondir/],
];

const KNOWN_CODES: Readonly<Record<string, TroubleKind>> = {
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EROFS: 'read_only',
  EACCES: 'read_only',
  EPERM: 'read_only',
};

/** Its first line that names an error, else its first line: what Git does is told before what fails. */
function errorIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const named = lines.find((line) => NAMED_ERROR.test(line));
  return (named ?? lines[0] ?? '').replace(NAMED_ERROR, '').trim();
}

const NAMED_ERROR = /^(?:fatal|error): /;
