import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { codeOf } from '../../domain/system-error.js';
import type { ProcessEnd, ProcessEvent, ProcessSpec } from './process-spec.js';
import { RunningProcess } from './running-process.js';
import { openStdinFile } from './stdin-file.js';
import { isBatchFile, shimCommand } from './windows.js';

/**
 * Runs a process in its own session, without a shell, and yields its output on demand: a slow consumer blocks the process,
 * and that time never counts as idle. When the generator has ended, no process of the tree is alive.
 */
export async function* runProcess(spec: ProcessSpec): AsyncGenerator<ProcessEvent, ProcessEnd, void> {
  if (spec.signal.aborted || spec.urgent.aborted) return notStarted(null);
  const stdinFile = spec.stdin === null ? null : openStdinFile(spec.stdin, spec.tmpDir);
  try {
    const child = await start(spec, stdinFile?.descriptor ?? 'pipe');
    if ('spawnError' in child) return notStarted(child.spawnError);
    const end = yield* follow(new RunningProcess(child.process, child.pid, spec), child.pid);
    return stdinFile === null ? end : { ...end, tookStdin: stdinFile.wasRead() };
  } finally {
    stdinFile?.close();
  }
}

async function* follow(running: RunningProcess, pid: number): AsyncGenerator<ProcessEvent, ProcessEnd, void> {
  try {
    yield { type: 'started', pid };
    for (let chunk = await running.next(); chunk !== null; chunk = await running.next()) yield chunk;
  } finally {
    await running.end();
  }
  return running.result();
}

type Started = { process: ChildProcess; pid: number } | { spawnError: string };

async function start(spec: ProcessSpec, stdin: number | 'pipe'): Promise<Started> {
  try {
    const [program, ...args] = startable(spec.argv);
    if (program === undefined) return { spawnError: 'EBATCH' };
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: [spec.stdin === null ? 'ignore' : stdin, 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) return { process: child, pid: child.pid };
    const [error] = await once(child, 'error');
    return { spawnError: codeOf(error) ?? String(error) };
  } catch (error) {
    return { spawnError: codeOf(error) ?? String(error) };
  }
}

/** An argv that the system can start without a shell; empty when there is none. */
function startable(argv: readonly string[]): readonly string[] {
  const [program = '', ...args] = argv;
  if (process.platform !== 'win32' || !isBatchFile(program)) return argv;
  const command = shimCommand({
    path: program,
    text: readFileSync(program, 'utf8'),
    node: process.execPath,
  });
  return command === null ? [] : [...command, ...args];
}

function notStarted(spawnError: string | null): ProcessEnd {
  const ended = spawnError === null ? 'cancelled' : 'not_started';
  return { ...NOTHING, ended, spawnError };
}

const NOTHING = { exitCode: null, signal: null, firstOutputMs: null, tookStdin: false, survivors: [] };
