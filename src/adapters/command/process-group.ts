import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 10;
/** How long a killed process may take to disappear before we stop waiting for it. */
const AFTER_KILL_MS = 2000;

/** Who belongs to a run: the group of its leader, and on Linux whoever has the marker (`NAME=value`) in its environment. */
export interface Family {
  leader: number;
  marker: string | null;
}

/** Sends a signal to a process group, by the id of its leader; one that is gone is fine. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  send(process.platform === 'win32' ? leader : -leader, signal);
}

/**
 * Ends what is left of a family whose leader has exited: SIGTERM, after the grace SIGKILL, at once when it is urgent.
 * Returns when nobody of it is alive.
 */
export async function endFamily(
  family: Family,
  by: { killAtMs: number; monotonicMs: () => number; urgent: AbortSignal },
): Promise<void> {
  if (!isAlive(family)) return;
  signalFamily(family, 'SIGTERM');
  while (isAlive(family) && by.monotonicMs() < by.killAtMs && !by.urgent.aborted) await wait(POLL_MS);
  const giveUpMs = by.monotonicMs() + AFTER_KILL_MS;
  while (isAlive(family) && by.monotonicMs() < giveUpMs) {
    signalFamily(family, 'SIGKILL');
    await wait(POLL_MS);
  }
}

function isAlive(family: Family): boolean {
  return isGroupAlive(family.leader) || strays(family).length > 0;
}

function signalFamily(family: Family, signal: NodeJS.Signals): void {
  for (const stray of strays(family)) send(stray, signal);
  signalGroup(family.leader, signal);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    // ESRCH: nobody is left. EPERM: what is left belongs to another user.
    return false;
  }
}

function isGroupAlive(leader: number): boolean {
  if (!send(process.platform === 'win32' ? leader : -leader, 0)) return false;
  return process.platform !== 'linux' || processes().some((pid) => isLivingMember(pid, leader));
}

/** In a container whose first process collects no children, the dead stay in their group for ever: those do not count. */
function isLivingMember(pid: number, leader: number): boolean {
  const stat = readProcess(pid, 'stat');
  // The fields behind the name, which stands in parentheses and may hold anything: state, parent, group.
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === String(leader) && state !== 'Z' && state !== 'X';
}

/** Agents start commands in sessions of their own, where a signal to the group does not reach them. */
function strays({ marker }: Family): number[] {
  if (marker === null || process.platform !== 'linux') return [];
  return processes().filter((pid) => `\0${readProcess(pid, 'environ')}`.includes(`\0${marker}\0`));
}

function processes(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function readProcess(pid: number, file: 'stat' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
