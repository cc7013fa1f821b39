import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { type FoundProcess, findMarked } from './marked-processes.js';

/** A program that has ended. */
export interface Ended {
  /** `null`: it died by a signal. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Whether it had to be killed. */
  isLate: boolean;
}

/** A program under way. */
export interface Started {
  end: Promise<Ended>;
  /** Types on its terminal. */
  type(text: string): void;
}

/** How a program is started. */
export interface Launch {
  cwd: string;
  env: Record<string, string>;
  limitMs: number;
  /** On a terminal of its own, which makes a real Ctrl-C possible. */
  terminal?: boolean;
}

/** Starts a program; its stdin is empty, or a terminal. */
export function start(file: string, args: readonly string[], launch: Launch): Started {
  const { cwd, env, limitMs, terminal = false } = launch;
  const child = terminal
    ? spawn('script', ['-q', '-e', '-c', [file, ...args].map(quoted).join(' '), '/dev/null'], { cwd, env })
    : spawn(file, [...args], { cwd, env });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text;
  });
  child.stdin.on('error', () => {}); // it may end without reading
  if (!terminal) child.stdin.end();
  let isLate = false;
  const limit = new AbortController();
  setTimeout(limitMs, null, { signal: limit.signal }).then(
    () => {
      isLate = true;
      child.kill('SIGKILL');
    },
    () => {},
  );
  const end = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => {
      limit.abort();
      resolve({ exitCode, ...out, isLate });
    });
  });
  return { end, type: (text) => void child.stdin.write(text) };
}

/** A word of a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The processes of a home folder, which every client hands on to the servers that it starts. */
export function processesOf(home: string): Promise<FoundProcess[]> {
  return findMarked(`HOME=${home}`);
}

/** Resolves once `holds` does, with `false` when it does not within the limit. */
export async function until(holds: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const endsAtMs = performance.now() + limitMs;
  while (performance.now() < endsAtMs) {
    if (await holds()) return true;
    await setTimeout(200);
  }
  return holds();
}
