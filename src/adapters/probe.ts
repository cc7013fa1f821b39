import type { CommandTool } from '../config/types.js';
import { ProcessTree } from '../process/tree.js';
import { compilePattern } from '../regex/pattern.js';
import type { Environment } from './adapter.js';
import { hasApiKey, toolVariables } from './command/environment.js';

/** The version of a binary, or the problem. */
export type VersionAnswer = { version: string } | { problem: string };

/** Whether the tool is logged in; `null`: unknown, or irrelevant since a key is set. */
export type LoginAnswer = { loggedIn: true } | { loggedIn: false; problem: string } | null;

const PROBE_TIMEOUT_MS = 5000;
/** SIGTERM to SIGKILL, ms. */
const GRACE_MS = 300;
/** How long output is read after the exit of the program, ms: another process may keep its pipes open. */
const LAST_OUTPUT_MS = 500;
const NO_ANSWER = 'it did not answer within 5 s';

/** Runs a tool's binary to get its version. Takes at most five seconds; stdin is closed. */
export async function probeVersion(
  tool: CommandTool,
  binaryPath: string,
  env: Environment,
): Promise<VersionAnswer> {
  if (tool.version === null) return { problem: 'its definition has no command that prints the version' };
  const { args, pattern } = tool.version;
  const result = await ask({ tool, binaryPath, env }, args);
  if (result.timedOut) return { problem: NO_ANSWER };
  const match = compilePattern(pattern).exec(`${result.stdout}\n${result.stderr}`);
  const version = match?.[1] ?? match?.[0];
  if (version !== undefined) return { version };
  return { problem: `${said(args, result.exitCode)} and printed no version` };
}

/**
 * Runs `login_check` of a tool. Takes at most five seconds. The output is not shown, since it may
 * name an account.
 */
export async function probeLogin(
  tool: CommandTool,
  binaryPath: string,
  env: Environment,
): Promise<LoginAnswer> {
  if (tool.loginCheck === null || hasApiKey(tool, env)) return null;
  const { args, exitCode } = tool.loginCheck;
  const result = await ask({ tool, binaryPath, env }, args);
  if (result.timedOut) return { loggedIn: false, problem: NO_ANSWER };
  if (result.exitCode === exitCode) return { loggedIn: true };
  return { loggedIn: false, problem: `not logged in: ${said(args, result.exitCode)}` };
}

/** The answer of a program that was asked. */
export interface Answer {
  timedOut: boolean;
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program in the environment of a run, so that it sees the same login. One that is too slow is ended with all its
 * descendants, as is one that is still running when `signal` aborts: execa would wait for any process that holds its pipes.
 */
export async function ask(
  of: { tool: CommandTool; binaryPath: string; env: Environment; cwd?: string; signal?: AbortSignal },
  args: readonly string[],
): Promise<Answer> {
  // Never `require`d: Node 20 fails when a module is required while an `import()` of a shared dependency is under way.
  const { execa } = await import('execa');
  const asked = execa(of.binaryPath, args, {
    reject: false,
    stdin: 'ignore',
    env: toolVariables(of.tool, of.env),
    extendEnv: false,
    ...(of.cwd === undefined ? {} : { cwd: of.cwd }),
    maxBuffer: 64 * 1024,
    detached: process.platform !== 'win32',
  });
  const tree = treeOf(asked.pid);
  const stopReading = (): void => {
    for (const pipe of [asked.stdout, asked.stderr]) pipe.destroy();
  };
  let timedOut = false;
  let stopAsking = (): void => undefined;
  const timers: NodeJS.Timeout[] = [];
  const silence = new Promise<null>((resolve) => {
    const giveUp = async (): Promise<void> => {
      timedOut = true;
      await endAll(tree);
      stopReading();
      resolve(null);
    };
    timers.push(setTimeout(() => void giveUp(), PROBE_TIMEOUT_MS));
    stopAsking = () => void giveUp();
    of.signal?.addEventListener('abort', stopAsking, { once: true });
  });
  let ended: Promise<void> | null = null;
  asked.once('exit', () => {
    ended = endAll(tree);
    timers.push(setTimeout(stopReading, LAST_OUTPUT_MS));
  });
  const answer = await Promise.race([asked, silence]);
  for (const timer of timers) clearTimeout(timer);
  of.signal?.removeEventListener('abort', stopAsking);
  await ended;
  // Output of a program that is being ended does not count.
  if (answer === null || timedOut) return { timedOut: true, exitCode: null, stdout: '', stderr: '' };
  const { exitCode = null, stdout, stderr } = answer;
  return { timedOut: false, exitCode, stdout, stderr };
}

function treeOf(pid: number | undefined): ProcessTree | null {
  return pid === undefined ? null : ProcessTree.ofChild({ leader: pid, marker: null, leaveRunning: [] });
}

/** Ends the rest of a process tree. */
async function endAll(tree: ProcessTree | null): Promise<void> {
  const monotonicMs = () => performance.now();
  await tree?.end({
    killAtMs: monotonicMs() + GRACE_MS,
    monotonicMs,
    urgent: new AbortController().signal,
  });
}

function said(args: readonly string[], exitCode: number | null): string {
  return `\`${args.join(' ')}\` ${exitCode === null ? 'did not run' : `exited with ${exitCode}`}`;
}
