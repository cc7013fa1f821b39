import { execFile } from 'node:child_process';
import { pids, statOf } from './proc.js';
import { type ProcessEntry, PS_ARGS, parsePs } from './process-entry.js';

/** Longer than any `ps` takes; without an answer there is no list. */
const PS_TIMEOUT_MS = 2000;
const PS_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Every process that the system lets us see with a number above the given one; `null` when there is no list. */
export async function listProcesses(above = 0): Promise<ProcessEntry[] | null> {
  if (process.platform === 'linux') return present(pids()?.filter((pid) => pid > above) ?? null);
  const entries = process.platform === 'win32' ? null : await listByPs();
  return entries?.filter(({ pid }) => pid > above) ?? null;
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
