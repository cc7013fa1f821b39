import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ProcessRow, PS_ARGS, parsePs, parseStat } from './process-rows.js';

/** Longer than any `ps` takes; without an answer there is no list. */
const PS_TIMEOUT_MS = 2000;
const PS_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Every process that the system lets us see, with a number above the given one; `null` when it has no list. */
export async function processTable(above = 0): Promise<ProcessRow[] | null> {
  if (process.platform === 'linux') return linuxTable(above);
  const rows = process.platform === 'win32' ? null : await psTable();
  return rows?.filter(({ pid }) => pid > above) ?? null;
}

/** Those of the given processes that are still listed. */
export async function processesOf(pids: readonly number[]): Promise<ProcessRow[]> {
  if (process.platform === 'linux') return pids.flatMap(rowOf);
  const wanted = new Set(pids);
  return ((await processTable()) ?? []).filter(({ pid }) => wanted.has(pid));
}

/** One process of Linux; empty when there is none. */
export function rowOf(pid: number): ProcessRow[] {
  const row = parseStat(readProcess(pid, 'stat'));
  return row === null ? [] : [row];
}

/** The number given to the newest process or thread: while it stays the same nobody was started. `null`: the system does not tell. */
export function lastPid(): number | null {
  if (process.platform !== 'linux') return null;
  const text = readText('/proc/sys/kernel/ns_last_pid');
  return text === '' ? null : Number(text);
}

/** Whether `NAME=value` stands in the environment a process was started with; `null` when that cannot be read. */
export function hasVariable(pid: number, assignment: string): boolean | null {
  const text = readProcess(pid, 'environ');
  return text === '' ? null : `\0${text}`.includes(`\0${assignment}\0`);
}

/** The words of a process's command line; none when that cannot be read. */
export function commandWords(pid: number): string[] {
  return readProcess(pid, 'cmdline').split('\0').slice(0, -1);
}

/** What a file descriptor leads to, such as `socket:[1234]`; `null` when there is none. */
export function openFile(pid: number, descriptor: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return null;
  }
}

/** Everything that a process holds open, as far as it can be seen. */
export function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => openFile(pid, descriptor) ?? []);
  } catch {
    return [];
  }
}

function linuxTable(above: number): ProcessRow[] | null {
  try {
    return readdirSync('/proc').flatMap((name) => (Number(name) > above ? rowOf(Number(name)) : []));
  } catch {
    return null;
  }
}

function psTable(): Promise<ProcessRow[] | null> {
  const options = {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    timeout: PS_TIMEOUT_MS,
    maxBuffer: PS_OUTPUT_BYTES,
  };
  return new Promise((resolve) => {
    execFile('ps', PS_ARGS, options, (error, stdout) => resolve(error === null ? parsePs(stdout) : null));
  });
}

function readProcess(pid: number, file: 'stat' | 'environ' | 'cmdline'): string {
  return readText(`/proc/${pid}/${file}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
