import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process did something, so that another one can tell later whether it still lives: pids are given out again. */
export interface Owner {
  pid: number;
  host: string;
  /** The machine's present boot; `null` where the system does not say (Linux does). */
  bootId: string | null;
  /** When the process started, in ticks since that boot; `null` where the system does not say. */
  startTicks: number | null;
}

/** This process. */
export function ownIdentity(): Owner {
  return { pid: process.pid, host: hostname(), bootId: bootId(), startTicks: startTicks('self') };
}

/**
 * Whether a process has certainly ended. One of another machine, or of a container with a name of its own, cannot be
 * seen from here and does not count as ended.
 */
export function hasEnded(owner: Owner): boolean {
  if (owner.host !== hostname()) return false;
  if (owner.bootId !== null && owner.bootId !== bootId()) return true;
  if (owner.startTicks !== null) return startTicks(String(owner.pid)) !== owner.startTicks;
  return !isThere(owner.pid);
}

/** Whether a process certainly lives: it can be seen, and is no other that was given its number. */
export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname() || owner.bootId === null || owner.bootId !== bootId()) return false;
  return owner.startTicks !== null && startTicks(String(owner.pid)) === owner.startTicks;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

function bootId(): string | null {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

/** Field 22 of `/proc/<pid>/stat`, counted behind the name, which stands in parentheses and may hold anything. */
function startTicks(pid: string): number | null {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isDead = state === 'Z' || state === 'X';
  return isDead ? null : Number(fields[18]);
}

function readProc(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
