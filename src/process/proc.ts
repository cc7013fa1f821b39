import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { type ProcessEntry, parseStat } from './process-entry.js';

let isOwn: boolean | null = null;

/**
 * Whether `/proc` lists the processes of our own PID namespace. In one that was made without a `/proc` of its own the numbers there
 * are those of other processes, and a signal to them would go astray.
 */
export function isOwnProc(): boolean {
  isOwn ??= readLink('/proc/self') === String(process.pid);
  return isOwn;
}

/** The kernel's present boot; `null` where the system does not tell. */
export function bootId(): string | null {
  const text = readText('/proc/sys/kernel/random/boot_id').trim();
  return text === '' ? null : text;
}

/** Our PID namespace, such as `pid:[4026531836]`; `null` where the system does not tell. */
export function pidNamespace(): string | null {
  return readLink('/proc/self/ns/pid');
}

/** Every pid; `null` where they are not listed. */
export function pids(): number[] | null {
  try {
    return isOwnProc() ? readdirSync('/proc').map(Number).filter(Number.isInteger) : null;
  } catch {
    return null;
  }
}

/** One process; `null` when there is none. */
export function statOf(pid: number): ProcessEntry | null {
  return parseStat(readProcess(pid, 'stat'));
}

/** The number given to the newest process or thread: while it stays the same none was started. `null`: the system does not tell. */
export function lastPid(): number | null {
  const text = isOwnProc() ? readText('/proc/sys/kernel/ns_last_pid') : '';
  return text === '' ? null : Number(text);
}

/** Whether `NAME=value` stands in the environment a process was started with; `null` when that cannot be read. */
export function hasVariable(pid: number, assignment: string): boolean | null {
  const text = readProcess(pid, 'environ');
  return text === '' ? null : `\0${text}`.includes(`\0${assignment}\0`);
}

/** A variable of the environment a process was started with; `null` when it has none of that name, or it cannot be read. */
export function variableOf(pid: number, name: string): string | null {
  const start = `${name}=`;
  const found = readProcess(pid, 'environ')
    .split('\0')
    .find((assignment) => assignment.startsWith(start));
  return found?.slice(start.length) ?? null;
}

/** The words of a process's command line; none when that cannot be read. */
export function commandWords(pid: number): string[] {
  return readProcess(pid, 'cmdline').split('\0').slice(0, -1);
}

/** What a file descriptor leads to, such as `socket:[1234]`; `null` when there is none. */
export function openFile(pid: number, descriptor: number | string): string | null {
  return isOwnProc() ? readLink(`/proc/${pid}/fd/${descriptor}`) : null;
}

/** Everything that a process holds open, as far as it can be seen. */
export function openFiles(pid: number): string[] {
  try {
    if (!isOwnProc()) return [];
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => openFile(pid, descriptor) ?? []);
  } catch {
    return [];
  }
}

function readProcess(pid: number, file: 'stat' | 'environ' | 'cmdline'): string {
  return isOwnProc() ? readText(`/proc/${pid}/${file}`) : '';
}

/** A start reads a dozen of these files, which say nothing of their size: half the calls that `readFileSync` takes. */
function readText(path: string): string {
  let descriptor: number | null = null;
  let text = '';
  try {
    descriptor = openSync(path, 'r');
    for (;;) {
      const length = readSync(descriptor, PIECE, 0, PIECE.length, null);
      if (length === 0) return text;
      text += PIECE.toString('latin1', 0, length);
    }
  } catch {
    return '';
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

const PIECE = Buffer.allocUnsafeSlow(16 * 1024);

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
