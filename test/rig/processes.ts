import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that is still alive. */
export interface LiveProcess {
  pid: number;
  command: string;
}

/** Identifies the processes of a rig: by group, or by the HOME in their environment, which is unique to it. */
export interface Marks {
  groups: ReadonlySet<number>;
  home: string;
}

/** The processes of a rig started after this one: most others are known by it, without a look at their environment, which takes long. */
const OWN_START = process.platform === 'linux' ? (statOf(process.pid)?.start ?? 0) : 0;

/**
 * The processes of the rig that are still alive. A killed process stays visible until the system reaps it, so this polls
 * for up to a second.
 */
export async function survivors(marks: Marks): Promise<LiveProcess[]> {
  let found = living(marks);
  for (let round = 0; found.length > 0 && round < 40; round++) {
    await delay(25);
    found = living(marks);
  }
  return found;
}

/** Whether a process is alive; a zombie is not. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return statOf(pid) !== null;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The parent of a process; 0: it has ended, or the system does not say. */
export function parentOf(pid: number): number {
  const stat = readProc(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function living(marks: Marks): LiveProcess[] {
  if (process.platform !== 'linux') {
    return [...marks.groups].filter((group) => isAlive(-group)).map((pid) => ({ pid, command: 'group' }));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => belongs(pid, marks))
    .map((pid) => ({ pid, command: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim() }));
}

function belongs(pid: number, marks: Marks): boolean {
  const stat = statOf(pid);
  if (stat === null || stat.start < OWN_START) return false;
  return marks.groups.has(stat.group) || `\0${readProc(pid, 'environ')}`.includes(`\0HOME=${marks.home}\0`);
}

/** `start` in ticks since the machine has started. */
function statOf(pid: number): { group: number; start: number } | null {
  const stat = readProc(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  if (stat === '' || state === 'Z' || state === 'X') return null;
  return { group: Number(group), start: Number(fields[19]) };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
