import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

/** How long `taskkill` may take, ms. */
const TASKKILL_TIMEOUT_MS = 2000;

/** Sends a signal to a process, or with a negative number to a process group. Not being allowed to, and no process, are ignored. */
export function sendSignal(target: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    const args = taskkillArgs(Math.abs(target), { force: signal === 'SIGKILL' });
    // Windows looks for the program in the working directory first, which a project may fill.
    const cwd = dirname(process.execPath);
    execFile('taskkill', args, { cwd, windowsHide: true, timeout: TASKKILL_TIMEOUT_MS }, () => undefined);
    return;
  }
  try {
    process.kill(target, signal);
    // A stopped process handles SIGTERM only once it continues.
    if (signal === 'SIGTERM') process.kill(target, 'SIGCONT');
  } catch {
    // ESRCH: none is left. EPERM: what is left belongs to another user.
  }
}

/** Whether a process, or with a negative number a member of a group, takes signals from us. */
export function takesSignals(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch {
    return false;
  }
}

/** Arguments of `taskkill` that end a process and its descendants; without force they are asked to close, as by SIGTERM. */
export function taskkillArgs(pid: number, { force }: { force: boolean }): string[] {
  return ['/PID', String(pid), '/T', ...(force ? ['/F'] : [])];
}
