import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 10;
/** How long a killed process may take to disappear before we stop waiting for it. */
const AFTER_KILL_MS = 2000;

/** Sends a signal to a process group, by the id of its leader; one that is gone is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // ESRCH: nobody is left. EPERM: what is left belongs to another user.
  }
}

/** Whether any process of a group lives; on Linux those that are dead and were not collected by init do not count. */
export function groupAlive(pid: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || livingMembers(pid);
}

/**
 * Ends what is left of a group whose leader has exited: SIGTERM, after the grace SIGKILL, at once when it is urgent.
 * Returns when nobody of the group is alive.
 */
export async function endGroup(
  pid: number,
  by: { killAtMs: number; monotonicMs: () => number; urgent: AbortSignal },
): Promise<void> {
  if (!groupAlive(pid)) return;
  signalGroup(pid, 'SIGTERM');
  while (groupAlive(pid) && by.monotonicMs() < by.killAtMs && !by.urgent.aborted) await wait(POLL_MS);
  const giveUpMs = by.monotonicMs() + AFTER_KILL_MS;
  while (groupAlive(pid) && by.monotonicMs() < giveUpMs) {
    signalGroup(pid, 'SIGKILL');
    await wait(POLL_MS);
  }
}

/** In a container whose first process collects no children, the dead stay in their group for ever. */
function livingMembers(pgid: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const [state, , group] = statFields(name);
    return group === String(pgid) && state !== 'Z' && state !== 'X';
  });
}

/** State, parent and group: the fields behind the name in parentheses, which may hold anything. */
function statFields(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
