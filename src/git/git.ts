import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { codeOf } from '../domain/system-error.js';
import { type Environment, gitVariables, isolation } from './surroundings.js';

/** The end of one Git process. */
export interface GitAnswer {
  /** `null`: it could not be started, or a signal ended it. */
  exitCode: number | null;
  /** Its output; empty where a consumer took it. */
  stdout: Buffer;
  stderr: string;
  /** Why it could not be started: the system's code. */
  spawnError: string | null;
}

/** What differs for one Git process. */
export interface GitOptions {
  /** Its standard input; text is written as latin1, so that names of files keep their bytes. The process waits for a promise. */
  stdin?: string | Promise<string>;
  /** The index to use instead of the user's. */
  indexFile?: string;
  /** Working directory [that of the Git]. */
  cwd?: string;
  /** Takes the output as it comes, instead of `stdout` of the answer; the process waits for it. */
  onOutput?: (bytes: Buffer) => void | Promise<void>;
  /** More variables. */
  env?: Readonly<Record<string, string>>;
}

/** Runs Git in a folder; never rejects for what Git does. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitAnswer>;

/** A process of Git that waits for its input, so that it has started by the time that is known. */
export type WaitingGit = (stdin: string) => Promise<GitAnswer>;

/** Starts one; every one must be given its input, which may be empty. */
export function waitingGit(git: Git, args: readonly string[]): WaitingGit {
  let give: (stdin: string) => void = () => undefined;
  const answer = git(args, {
    stdin: new Promise<string>((resolve) => {
      give = resolve;
    }),
  });
  return (stdin) => {
    give(stdin);
    return answer;
  };
}

/** Where and how Git runs. */
export interface GitPlace {
  cwd: string;
  /** The surrounding variables; those of Git itself are dropped. */
  env: Environment;
  /** Ends a process that starts now, when it aborts; `null`: nothing does. */
  signal?: () => AbortSignal | null;
  /** More settings, by their keys in any form that Git takes. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Git in a folder, without a shell, apart from its surroundings: no variable `GIT_*`, no hook, no file system monitor, no lock that is not
 * needed, no network, no question. Settings of the user and the repository count, `safe.directory` included.
 */
export function gitIn(place: GitPlace): Git {
  return (args, options = {}) => runGit(place, args, options);
}

async function runGit(place: GitPlace, args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  const signal = place.signal?.() ?? null;
  if (signal?.aborted === true) return notStarted('ABORT_ERR');
  const child = await started(place, args, options);
  if (typeof child === 'string') return notStarted(child);
  const kill = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return await follow(child, options);
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** The process, or the system's code of why there is none. */
async function started(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions,
): Promise<ChildProcess | string> {
  try {
    const child = spawn('git', [...isolation, ...args], {
      cwd: options.cwd ?? place.cwd,
      env: { ...gitVariables(place.env, place.settings ?? {}, options.indexFile), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A signal of the terminal ends the run, which then still records what was changed.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    if (child.pid !== undefined) return child;
    const [error] = await once(child, 'error');
    return codeOf(error) ?? String(error);
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

async function follow(child: ChildProcess, { stdin = '', onOutput }: GitOptions): Promise<GitAnswer> {
  const { stdin: input, stdout, stderr } = child;
  if (input === null || stdout === null || stderr === null) throw new Error('git was started without pipes');
  const closed = once(child, 'close');
  // A process that ends early closes its input: its exit code says why.
  input.on('error', () => undefined);
  const write = (text: string): void => void input.end(Buffer.from(text, 'latin1'));
  if (typeof stdin === 'string') write(stdin);
  else void stdin.then(write);
  const errors: Buffer[] = [];
  stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  const output: Buffer[] = [];
  for await (const bytes of stdout as AsyncIterable<Buffer>) {
    if (onOutput === undefined) output.push(bytes);
    else await onOutput(bytes);
  }
  const [exitCode] = (await closed) as [number | null];
  return {
    exitCode,
    stdout: Buffer.concat(output),
    stderr: Buffer.concat(errors).toString('utf8'),
    spawnError: null,
  };
}

function notStarted(spawnError: string): GitAnswer {
  return { exitCode: null, stdout: Buffer.alloc(0), stderr: '', spawnError };
}
