import { homedir, tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import type { OutputStream, World } from '../../src/world.js';
import { type RunResult, resultOf } from './run.js';

/** The simulated machine of an in-process run. */
export interface GivenWorld {
  cwd: string;
  env?: Record<string, string>;
  /** Piped in; without it there is no standard input to read. */
  stdin?: string | Buffer | Readable;
  /** What a person types on the terminal; without it there is no terminal. */
  readLine?: World['readLine'];
  /** Width of the terminal that both outputs are; without it they are pipes. */
  columns?: number;
  clock?: World['clock'];
  random?: () => number;
  /** What runs the program again; without it there is no such program. */
  program?: readonly string[];
}

/** The result of a run, and what a terminal would have shown. */
export interface BufferedResult extends RunResult {
  /** Both outputs in the order in which they were written. */
  screen: string;
}

/** Runs `main` with a world whose outputs are kept in memory. */
export async function runBuffered(
  main: (args: readonly string[], world: World) => Promise<number>,
  args: readonly string[],
  given: GivenWorld,
): Promise<BufferedResult> {
  const screen: Buffer[] = [];
  const [stdout, stderr] = [collected(given.columns, screen), collected(given.columns, screen)];
  const exits: number[] = [];
  const world: World = {
    ...machine(given),
    stdin: standardInput(given.stdin),
    readLine: given.readLine ?? (async () => null),
    stdout: stdout.output,
    stderr: stderr.output,
    signal: new AbortController().signal,
    urgent: new AbortController().signal,
    program: given.program ?? ['/nonexistent/llm-router'],
    exit: (code) => exits.push(code),
  };
  const code = await main(args, world);
  const result = resultOf(
    { code: exits[0] ?? code, signal: null },
    { stdout: stdout.bytes(), stderr: stderr.bytes() },
  );
  return { ...result, screen: Buffer.concat(screen).toString() };
}

function machine({ cwd, env = {}, clock, random }: GivenWorld) {
  return {
    env,
    platform: process.platform,
    cwd,
    isCwdGone: false,
    home: env.HOME ?? homedir(),
    tmpDir: env.TMPDIR ?? tmpdir(),
    nodeVersion: process.versions.node,
    clock: clock ?? { now: Date.now, monotonic: () => performance.now() },
    random: random ?? Math.random,
  };
}

function standardInput(data: GivenWorld['stdin']): World['stdin'] {
  let stream: Readable | null = null;
  return {
    stream: () => {
      stream ??= data instanceof Readable ? data : whole(data ?? '');
      return stream;
    },
    isOpen: () => stream !== null,
    isTerminal: false,
    isReadable: data !== undefined,
    offset: () => null,
  };
}

/** Everything at once, then the end. */
function whole(data: string | Buffer): Readable {
  return Readable.from(data.length === 0 ? [] : [Buffer.from(data)], { objectMode: false });
}

function collected(
  columns: number | undefined,
  screen: Buffer[],
): { output: OutputStream; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    screen.push(chunk);
  });
  return {
    output: { stream, isTerminal: columns !== undefined, columns: columns ?? 0 },
    bytes: () => Buffer.concat(chunks),
  };
}
