import { execFile } from 'node:child_process';
import { lastPid, pids, statOf } from './proc.js';
import { type ProcessEntry, PS_ARGS, parsePs } from './process-entry.js';

/** Longer than any `ps` takes; without an answer there is no list. */
const PS_TIMEOUT_MS = 2000;
const PS_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Every process that the system lets us see; `null` when there is no list. */
export async function listProcesses(): Promise<ProcessEntry[] | null> {
  if (process.platform === 'linux') return present(pids());
  return process.platform === 'win32' ? null : listByPs();
}

/**
 * The processes with the number of `first` or one that was given out after it, while the system counts upwards; all of them once it has
 * started again below `newest`, which it gave out last. `null` when there is no list.
 */
export async function listStartedSince(first: number, newest: number): Promise<ProcessEntry[] | null> {
  const listed = pids();
  // Read after the list, which can hold none that was started later.
  const last = lastPid();
  if (last === null || last < newest) return listProcesses();
  return present(listed?.filter((pid) => pid >= first && pid <= last) ?? null);
}

/** Those of the given processes that are still listed. */
export async function findProcesses(wanted: readonly number[]): Promise<ProcessEntry[]> {
  if (process.platform === 'linux') return present(wanted) ?? [];
  const numbers = new Set(wanted);
  return ((await listProcesses()) ?? []).filter(({ pid }) => numbers.has(pid));
}

function present(numbers: readonly number[] | null): ProcessEntry[] | null {
  return numbers?.flatMap((pid) => statOf(pid) ?? []) ?? null;
}

function listByPs(): Promise<ProcessEntry[] | null> {
  const options = {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    timeout: PS_TIMEOUT_MS,
    maxBuffer: PS_OUTPUT_BYTES,
  };
  return new Promise((resolve) => {
    execFile('ps', PS_ARGS, options, (error, stdout) => resolve(error === null ? parsePs(stdout) : null));
  });
}
