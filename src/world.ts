import { fstatSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { isatty, ReadStream, type WriteStream } from 'node:tty';
import { homeFolder } from './files/account.js';

declare const ROUTER_EXECUTABLE: boolean | undefined;

/** The program is one file, with its runtime inside. */
const IS_EXECUTABLE = typeof ROUTER_EXECUTABLE !== 'undefined';

/** The signals that ask a run to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** An output stream, and whether a person sees it. */
export interface OutputStream {
  stream: Writable;
  isTerminal: boolean;
  /** Width in characters; 0 when there is no terminal or it does not know its size. */
  columns: number;
}

/** The machine and the user's session, without streams and signals: what a library call needs. */
export interface HostWorld {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  cwd: string;
  /** The working directory was removed: `cwd` is where it was, as far as that is known. */
  isCwdGone: boolean;
  home: string;
  tmpDir: string;
  nodeVersion: string;
  clock: {
    /** Wall clock, ms since the epoch. */
    now: () => number;
    /** Never jumps, ms. */
    monotonic: () => number;
  };
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Everything outside: the only way in which commands reach the process, the clock and chance. */
export interface World extends HostWorld {
  stdin: {
    /** Opened on first use: touching it in a terminal would take keystrokes from others. */
    stream: () => Readable;
    /** Whether it has been opened. */
    isOpen: () => boolean;
    isTerminal: boolean;
    /** A pipe, a socket or a file: something may be read from it. */
    isReadable: boolean;
    /** The position of a file that is stdin, where it can be known: above 0 its caller has read part of it. */
    offset: () => number | null;
  };
  /**
   * One line that a person types on the terminal, whatever stdin is, empty at its end (Ctrl-D); `null` when there is no
   * terminal, or when the signal is aborted first.
   */
  readLine: (signal: AbortSignal) => Promise<string | null>;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Aborted by the first stop signal; the reason is its name. */
  signal: AbortSignal;
  /** Aborted by the second one. */
  urgent: AbortSignal;
  /** What runs this program again, in another process: a file and its first arguments. */
  program: readonly string[];
  /** Ends the process at once, whatever is still to be written. */
  exit: (code: number) => void;
}

/** The real process. Signal handlers are installed once, by the call. */
export function realWorld(): World {
  const { signal, urgent } = listenForStopSignals();
  return {
    ...realHost(),
    env: ownEnvironment(),
    stdin: realStdin(),
    readLine: readTerminalLine,
    stdout: outputStream(1, () => process.stdout),
    stderr: outputStream(2, () => process.stderr),
    signal,
    urgent,
    program: IS_EXECUTABLE
      ? [process.execPath]
      : [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    exit: (code) => process.exit(code),
  };
}

/** The real machine; installs nothing. */
export function realHost(): HostWorld {
  return {
    env: process.env,
    platform: process.platform,
    ...workingDirectory(),
    home: homeFolder(process.env),
    tmpDir: temporaryFolder(),
    nodeVersion: process.versions.node,
    clock: { now: Date.now, monotonic },
    random: Math.random,
  };
}

/** A copy: each look at `process.env` asks the system. On Windows its names have no case, which a copy cannot say. */
function ownEnvironment(): HostWorld['env'] {
  if (process.platform !== 'win32') return { ...process.env };
  // Node starts a bare name such as `git` from the working directory otherwise, which a project may fill. Node 20 does not look at it.
  process.env.NoDefaultCurrentDirectoryInExePath = '1';
  return process.env;
}

/** `performance.now()` would load a module of Node for it. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

function workingDirectory(): Pick<HostWorld, 'cwd' | 'isCwdGone'> {
  try {
    return { cwd: process.cwd(), isCwdGone: false };
  } catch {
    return { cwd: process.env.PWD || '/', isCwdGone: true };
  }
}

/** A relative `TMPDIR` would put prompts into whatever folder a run starts in. */
function temporaryFolder(): string {
  const named = process.env.TMPDIR ?? '';
  return named === '' || path.isAbsolute(named) ? tmpdir() : '/tmp';
}

function realStdin(): World['stdin'] {
  let open = false;
  const stream = (): Readable => {
    open = true;
    return process.stdin;
  };
  return { stream, isOpen: () => open, isTerminal: isatty(0), isReadable: isReadable(0), offset: fileOffset };
}

function readTerminalLine(signal: AbortSignal): Promise<string | null> {
  const terminal = openTerminal();
  if (terminal === null || signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    let text = '';
    const finish = (line: string | null): void => {
      signal.removeEventListener('abort', stop);
      terminal.destroy();
      resolve(line);
    };
    const stop = (): void => finish(null);
    const endOfFile = (): void => finish(text);
    signal.addEventListener('abort', stop);
    terminal.on('error', stop).on('close', endOfFile);
    terminal.setEncoding('utf8').on('data', (chunk) => {
      text += String(chunk);
      const end = text.search(/[\r\n]/);
      if (end >= 0) finish(text.slice(0, end));
    });
  });
}

/** The controlling terminal: stdin may be the pipe that carries the prompt. */
function openTerminal(): ReadStream | null {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return null; // no terminal at all: a service, a pipeline
  }
}

/** The stream is made by Node when it is first written to: most runs write nothing to stderr. */
function outputStream(fd: number, open: () => WriteStream): OutputStream {
  const isTerminal = isatty(fd);
  return {
    get stream() {
      return open();
    },
    isTerminal,
    get columns() {
      return isTerminal ? (open().columns ?? 0) : 0;
    },
  };
}

/** Decided from the file descriptor: merely touching `process.stdin` costs a stream. */
function isReadable(fd: number): boolean {
  const stat = statOf(fd);
  return stat !== null && (stat.isFIFO() || stat.isFile() || stat.isSocket());
}

/** Linux tells it; elsewhere it is unknown. */
function fileOffset(): number | null {
  if (statOf(0)?.isFile() !== true) return null;
  try {
    const position = /^pos:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1];
    return position === undefined ? null : Number(position);
  } catch {
    return null;
  }
}

function statOf(fd: number): ReturnType<typeof fstatSync> | null {
  try {
    return fstatSync(fd);
  } catch {
    return null; // closed by the caller: nothing can be read from it
  }
}

/** The first asks for the end, the second for an end at once; the third ends the process itself, whatever it waits for. */
function listenForStopSignals(): { signal: AbortSignal; urgent: AbortSignal } {
  const [first, second] = [new AbortController(), new AbortController()];
  const listen = (name: StopSignal): void => {
    process.on(name, () => {
      if (!second.signal.aborted) return (first.signal.aborted ? second : first).abort(name);
      process.removeAllListeners(name);
      process.kill(process.pid, name);
    });
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) listen(name);
  return { signal: first.signal, urgent: second.signal };
}
