import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { main } from '../../src/main.js';
import type { OutputStream, World } from '../../src/world.js';

/**
 * Runs a command line in this process, in a world of its own: a folder as working directory and home, no terminal unless one of so many
 * columns is given, the clocks at the epoch unless a time is given, nothing on stdin unless `stdin` is.
 */
export async function runInProcess(
  args: readonly string[],
  given: {
    root: string;
    env?: Record<string, string>;
    random?: () => number;
    columns?: number;
    nowMs?: number;
    monotonicMs?: () => number;
    stdin?: Readable;
  },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [collected(given.columns), collected(given.columns)];
  const never = new AbortController().signal;
  const world: World = {
    env: given.env ?? {},
    platform: process.platform,
    cwd: given.root,
    home: path.join(given.root, 'home'),
    tmpDir: given.root,
    nodeVersion: process.versions.node,
    clock: { now: () => given.nowMs ?? 0, monotonic: given.monotonicMs ?? (() => 0) },
    random: given.random ?? (() => 0.5),
    stdin: {
      stream: () => given.stdin ?? new PassThrough(),
      isOpen: () => false,
      isTerminal: false,
      isReadable: given.stdin !== undefined,
    },
    readLine: async () => null,
    stdout: stdout.output,
    stderr: stderr.output,
    signal: never,
    urgent: never,
    exit: () => undefined,
  };
  const code = await main(args, world);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collected(columns?: number): { output: OutputStream; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    output: { stream, isTerminal: columns !== undefined, columns: columns ?? 0 },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
