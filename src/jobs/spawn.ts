import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { JobStream } from './store.js';
import type { JobsWorld } from './world.js';

/** The process of a run while it starts. */
export interface StartingProcess {
  /** Has the channel of the process, and ends as it does, unless it is let go before. */
  child: ChildProcess;
  /** Asks the process to end. */
  stop(): void;
  /** Takes it out of our process tree: from then on it is a child of the system. */
  letGo(): void;
}

/** Not everywhere: Windows and the smallest images have none, and there the process stays a child. */
const SHELL = '/bin/sh';
/** Waits for the program and ends as it does. Signals for the group are the program's alone. */
const WAITING_SHELL = 'trap "" HUP INT TERM; "$@" & wait "$!"';

/**
 * Starts this program in a session of its own, through a shell that is killed by `letGo`: some MCP clients end the whole process tree
 * of a server, which its session alone does not keep them from.
 */
export function startOwnProcess(
  { program: [file = '', ...first], env, cwd }: JobsWorld,
  args: readonly string[],
  { stdout, stderr }: Record<JobStream, number>,
): StartingProcess {
  const command = [file, ...first, ...args];
  const hasShell = existsSync(SHELL);
  const [binary = '', ...words] = hasShell ? [SHELL, '-c', WAITING_SHELL, 'sh', ...command] : command;
  const child = spawn(binary, words, {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ['ignore', stdout, stderr, 'ipc'],
  });
  return {
    child,
    stop: () => {
      if (!hasShell) child.kill('SIGTERM');
      else if (child.pid !== undefined) endGroup(child.pid);
    },
    letGo: () => {
      if (hasShell) child.kill('SIGKILL');
      child.unref();
    },
  };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // it has ended by itself
  }
}
