import { type ChildProcess, spawn } from 'node:child_process';
import type { ExecDocument } from './document.js';

/** How to start a program. */
export interface RunOptions {
  /** Piped in, then closed. Without it (and without `openStdin`) there is no standard input to read. */
  stdin?: string | Buffer;
  /** A pipe that stays open until `endStdin`. */
  openStdin?: boolean;
  /** Over the rig's own; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /** [the project folder] */
  cwd?: string;
}

/** How a program ended, and what it printed. */
export interface RunResult {
  /** `null` when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
  /** Standard output as the document of `--json`. */
  json(): ExecDocument;
}

/** A program that runs. */
export interface Running {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  stdout(): string;
  stderr(): string;
  /** Resolves once the text appears on either stream; rejects if the program ends without it. */
  waitFor(text: string): Promise<void>;
  /** Writes to the open standard input. */
  writeStdin(text: string): void;
  endStdin(): void;
  /** Closes our end of standard output. */
  closeStdout(): void;
  /** Stops reading standard output, with the pipe open, until the rest is read at once. */
  pauseStdout(): void;
  resumeStdout(): void;
  /** Resolves with the exit code when the process has ended, even with output left to read. */
  exited: Promise<number | null>;
  done: Promise<RunResult>;
}

/** Starts a program with exactly this environment, in a process group of its own, apart from that of the tests. */
export function startProgram(
  program: { file: string; args: readonly string[]; env: Record<string, string>; cwd: string },
  options: Pick<RunOptions, 'stdin' | 'openStdin'>,
): Running {
  const piped = options.openStdin === true || options.stdin !== undefined;
  const child = spawn(program.file, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: [piped ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const said = collect(child);
  child.stdin?.on('error', () => undefined);
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    stdout: () => said.stdout().toString(),
    stderr: () => said.stderr().toString(),
    waitFor: (text) => waitFor(child, said, text),
    writeStdin: (text) => void child.stdin?.write(text),
    endStdin: () => void child.stdin?.end(),
    closeStdout: () => void child.stdout?.destroy(),
    pauseStdout: () => void child.stdout?.pause(),
    resumeStdout: () => void child.stdout?.resume(),
    exited: new Promise((resolve) => child.once('exit', resolve)),
    done: finished(child, said),
  };
}

interface Said {
  stdout(): Buffer;
  stderr(): Buffer;
}

function collect(child: ChildProcess): Said {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  return { stdout: () => Buffer.concat(chunks.stdout), stderr: () => Buffer.concat(chunks.stderr) };
}

function waitFor(child: ChildProcess, said: Said, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (`${said.stdout()}\n${said.stderr()}`.includes(text)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('close', () => reject(new Error(`ended without \`${text}\`: ${said.stderr()}`)));
    look();
  });
}

function finished(child: ChildProcess, said: Said): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve(resultOf({ code, signal }, { stdout: said.stdout(), stderr: said.stderr() })),
    );
  });
}

/** The result of a program with this exit and output. */
export function resultOf(
  end: Pick<RunResult, 'code' | 'signal'>,
  written: { stdout: Buffer; stderr: Buffer },
): RunResult {
  const [stdout, stderr] = [written.stdout.toString(), written.stderr.toString()];
  return { ...end, stdout, stdoutBytes: written.stdout, stderr, json: () => parse(stdout, stderr) };
}

function parse(stdout: string, stderr: string): ExecDocument {
  try {
    return JSON.parse(stdout) as ExecDocument;
  } catch {
    throw new Error(`standard output is not one JSON document: ${stdout.slice(0, 500)}\n${stderr}`);
  }
}
