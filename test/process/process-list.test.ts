import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { lastPid } from '../../src/process/proc.js';
import { listProcesses, listStartedSince } from '../../src/process/process-list.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('lists what was started since a process, and nothing that is older', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const ended = once(child, 'exit');
  try {
    const first = child.pid ?? 0;
    const pidsOf = async (from: number, newest: number) =>
      ((await listStartedSince(from, newest)) ?? []).map(({ pid }) => pid);
    const started = await pidsOf(first, first);
    expect(started).toContain(first);
    expect(started).not.toContain(process.pid);
    const newest = lastPid() ?? 0;
    const numbers = ((await listProcesses()) ?? []).map(({ pid }) => pid);
    for (const pid of started) expect(pid).toBeGreaterThanOrEqual(first);
    // Numbers above the newest one were given out before the system started again below them.
    const older = numbers.filter((pid) => pid > newest + 1000);
    for (const pid of older) expect(started).not.toContain(pid);
    // Once it has, every process is looked at.
    expect(await pidsOf(first, Number.MAX_SAFE_INTEGER)).toContain(process.pid);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
