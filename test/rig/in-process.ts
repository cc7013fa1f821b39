import path from 'node:path';
import type { Readable } from 'node:stream';
import { main } from '../../src/main.js';
import type { World } from '../../src/world.js';
import { type BufferedResult, runBuffered } from './buffered-world.js';

/**
 * Runs a command line of the sources in this process, below a folder of its own: no terminal unless one of so many columns is given, the
 * clocks at the epoch unless a time is given, nothing on stdin unless `stdin` is.
 */
export function runInProcess(
  args: readonly string[],
  given: {
    root: string;
    /** [root] */
    cwd?: string;
    env?: Record<string, string>;
    random?: () => number;
    columns?: number;
    nowMs?: number;
    monotonicMs?: () => number;
    stdin?: Readable;
    readLine?: World['readLine'];
  },
): Promise<BufferedResult> {
  const { root, env, nowMs = 0, monotonicMs = () => 0, ...rest } = given;
  return runBuffered(main, args, {
    cwd: root,
    env: { HOME: path.join(root, 'home'), TMPDIR: root, ...env },
    clock: { now: () => nowMs, monotonic: monotonicMs },
    random: () => 0.5,
    ...rest,
  });
}
