import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { findMarked } from './marked-processes.js';

/** Where and as whom the router is started. */
export interface Place {
  /** Entry file of the command line. */
  entry: string;
  cwd: string;
  env: Record<string, string>;
}

/** A run of our own command line, and what was left of it. */
export interface RouterRun {
  /** `null`: it had to be killed, or died by a signal. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  tookMs: number;
  /** The JSON document, when stdout holds one. */
  document: Record<string, unknown> | null;
  /** Command lines of processes that outlived it; they have been ended. */
  leftBehind: string[];
}

/** A run under way. */
export interface RunningRouter {
  /** Resolves with `true` once stdout holds `text`, with `false` at its end or after `limitMs`. */
  shows(text: string, limitMs: number): Promise<boolean>;
  signal(name: NodeJS.Signals): void;
  end: Promise<RouterRun>;
}

/** The variable that every process of a run inherits. */
const MARK = 'LLM_ROUTER_REAL_TOOL_RUN';
/** No run of a case may take longer, whatever happens. */
const HARD_LIMIT_MS = 120_000;
let started = 0;

/** Starts `llm-router` with these arguments; `stdin` is written and closed. */
export function startRouter(args: readonly string[], place: Place, stdin = ''): RunningRouter {
  started += 1;
  const mark = `${MARK}=${process.pid}-${started}`;
  const [name = '', value = ''] = mark.split('=');
  const beganMs = performance.now();
  const child = spawn(process.execPath, [place.entry, ...args], {
    cwd: place.cwd,
    env: { ...place.env, [name]: value },
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text;
  });
  child.stdin.on('error', () => {}); // it may end without reading all
  child.stdin.end(stdin);
  return {
    shows: (text, limitMs) => shows(child, () => out.stdout.includes(text), limitMs),
    signal: (signal) => void child.kill(signal),
    end: ended(child).then(async (exitCode) => ({
      exitCode,
      ...out,
      tookMs: Math.round(performance.now() - beganMs),
      document: documentIn(out.stdout),
      leftBehind: await endMarked(mark),
    })),
  };
}

async function ended(child: ChildProcess): Promise<number | null> {
  const limit = new AbortController();
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  setTimeout(HARD_LIMIT_MS, null, { signal: limit.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  const code = await exit;
  limit.abort();
  return code;
}

async function shows(child: ChildProcess, isThere: () => boolean, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const data = new Promise<boolean>((resolve) => {
    const look = (): void => {
      if (isThere()) resolve(true);
    };
    child.stdout?.on('data', look);
    child.once('close', () => resolve(isThere()));
    look();
  });
  const late = setTimeout(limitMs, false, { signal: limit.signal }).catch(() => false);
  const came = await Promise.race([data, late]);
  limit.abort();
  return came;
}

function documentIn(stdout: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null; // text format
  }
}

async function endMarked(mark: string): Promise<string[]> {
  const left = await findMarked(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself since it was found
    }
  }
  return left.map(({ commandLine }) => commandLine);
}
