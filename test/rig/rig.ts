import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IS_SOAK } from '../soak.js';
import { type DrivenAgent, installDriven, type Watched } from './agents.js';
import { runBuilt, USES_SOURCES } from './built.js';
import type { TraceDocument } from './document.js';
import { type Hub, openHub } from './fakes.js';
import {
  environment,
  type Folders,
  IS_STANDALONE,
  makeFolders,
  PROGRAM,
  readTraces,
  temporaryFiles,
  writeDeep,
} from './machine.js';
import { type LiveProcess, survivors } from './processes.js';
import { type Provider, type Reply, startProvider } from './provider.js';
import { type Running, type RunOptions, type RunResult, startProgram } from './run.js';
import { installScripted, type ScriptedAgent, type Step } from './scripted.js';

/** After this long the rig ends the test and prints the output so far. Below Jest's own limit. */
const DEADLINE_MS = IS_SOAK || USES_SOURCES ? 60_000 : 25_000;

/** A machine of its own for one test: home, folders, PATH with nothing but fakes, and the built command. */
export interface Rig extends Folders {
  env: Record<string, string>;
  /** Writes a file, relative to the project; returns its absolute path. */
  write(file: string, data: string | Buffer): string;
  read(file: string): string;
  exists(file: string): boolean;
  /** Permission bits. */
  modeOf(file: string): number;
  /** Runs `llm-router` to its end: inside this process, to save the start of one; in a process of its own in the soak and with `openStdin`. */
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs `llm-router` to its end, always in a process of its own. */
  spawn(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts `llm-router` in a process of its own. */
  start(args: readonly string[], options?: RunOptions): Running;
  /** Runs a POSIX shell script that finds `llm-router` in PATH. */
  shell(script: string, options?: RunOptions): Promise<RunResult>;
  /** Installs an agent whose calls the test drives; `version` is what it answers to `--version` by itself. */
  fake(name: string, options?: { version?: string }): DrivenAgent;
  /** Installs an agent that takes one step on each call. */
  script(name: string, steps: readonly Step[]): ScriptedAgent;
  /** Starts a provider that gives one reply a call, or without replies is driven by the test. */
  provider(replies?: readonly Reply[], tls?: { key: string; cert: string }): Promise<Provider>;
  /** The trace files under a folder (the project's), newest first. */
  traces(folder?: string): TraceDocument[];
  /** Ends everything and rejects when something is left: a step, a call, a process, a temporary file. */
  close(): Promise<void>;
}

/** A test body with its own rig, which is always closed and checked. */
export function rigged(
  body: (rig: Rig) => Promise<void>,
  { deadlineMs = DEADLINE_MS } = {},
): () => Promise<void> {
  return async () => {
    const rig = await createRig();
    const failed = await failureOf(withDeadline(body(rig), deadlineMs));
    const closed = await failureOf(rig.close());
    if (failed !== null && closed !== null) failed.message += `\n${closed.message}`;
    if (failed !== null) throw failed;
    if (closed !== null) throw closed;
  };
}

/** Creates a rig in a folder. `LLM_ROUTER_TRUST` makes configs of its project trusted, unless a test removes it. */
export async function createRig(above = tmpdir()): Promise<Rig> {
  const root = realpathSync(mkdtempSync(path.join(above, 'llm-rig-')));
  const folders = makeFolders(root);
  const socket = path.join(root, 'fakes.sock');
  const hub = await openHub(socket);
  const where = { hub, bin: folders.bin, socket };
  const parts: Parts = {
    root,
    scripts: realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-scripts-'))),
    folders,
    hub,
    env: environment(folders),
    watched: [],
    providers: [],
    runs: new Set(),
    runsHere: 0,
  };
  const inProject = (file: string) => path.resolve(folders.project, file);
  const start = (args: readonly string[], options?: RunOptions) =>
    begin(parts, [...PROGRAM, ...args], options);
  return {
    ...folders,
    env: parts.env,
    write: (file, data) => writeDeep(inProject(file), data),
    read: (file) => readFileSync(inProject(file), 'utf8'),
    exists: (file) => existsSync(inProject(file)),
    modeOf: (file) => statSync(inProject(file)).mode & 0o777,
    start,
    run: (args, options) =>
      IS_SOAK || IS_STANDALONE || options?.openStdin
        ? start(args, options).done
        : runHere(parts, args, options),
    spawn: (args, options) => start(args, options).done,
    shell: (script, options) => begin(parts, ['/bin/sh', '-euc', script], options).done,
    fake: (name, options) => watch(parts, installDriven(where, name, options?.version ?? null)),
    script: (name, steps) => {
      const folder = path.join(parts.scripts, String(parts.watched.length));
      return watch(parts, installScripted(path.join(folders.bin, name), folder, steps));
    },
    provider: async (replies, tls) => {
      const provider = await startProvider(replies, tls);
      parts.providers.push(provider);
      return provider;
    },
    traces: (folder = inProject('.llm-router/traces')) => readTraces(folder),
    close: () => close(parts),
  };
}

interface Parts {
  root: string;
  /** What scripted agents print and were given; apart, since tests look for secrets in the root. */
  scripts: string;
  folders: Folders;
  hub: Hub;
  env: Record<string, string>;
  watched: Watched[];
  providers: Provider[];
  runs: Set<Running>;
  /** How many runs go on inside this process. */
  runsHere: number;
}

async function runHere(parts: Parts, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const env = defined({ ...parts.env, ...options.env });
  const { cwd = parts.folders.project, stdin } = options;
  parts.runsHere += 1;
  const done = runBuilt(args, { cwd, env, ...(stdin === undefined ? {} : { stdin }) });
  reportIdle(parts, done, () => {
    parts.runsHere -= 1;
  });
  return done;
}

function begin(parts: Parts, command: readonly string[], options: RunOptions = {}): Running {
  const env = defined({ ...parts.env, ...options.env });
  const [file = '', ...args] = command;
  const running = startProgram({ file, args, env, cwd: options.cwd ?? parts.folders.project }, options);
  parts.runs.add(running);
  reportIdle(parts, running.done, () => parts.runs.delete(running));
  return running;
}

/** Notifies the agents when the last run has ended, since no more calls can come. */
function reportIdle(parts: Parts, done: Promise<RunResult>, remove: () => void): void {
  const ended = (said: string) => {
    remove();
    if (parts.runs.size + parts.runsHere === 0) for (const agent of parts.watched) agent.onIdle(said);
  };
  done.then(
    (result) => ended(`the run ended with ${result.code}: ${result.stderr}${result.stdout}`),
    (error) => ended(String(error)),
  );
}

function defined(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function watch<T extends Watched>({ watched }: Parts, agent: T): T {
  watched.push(agent);
  return agent;
}

async function close({ root, scripts, folders, hub, watched, providers, runs }: Parts): Promise<void> {
  const problems = [...[...runs].map(stop), ...[...watched, ...providers].flatMap((one) => one.problems())];
  const left = await survivors({ groups: hub.groups, home: folders.home });
  problems.push(...left.map(end), ...temporaryFiles(folders.tmp));
  await hub.close();
  await Promise.all(providers.map((provider) => provider.close()));
  for (const folder of [root, scripts]) rmSync(folder, { recursive: true, force: true });
  if (problems.length > 0) throw new Error(`the rig found:\n- ${problems.join('\n- ')}`);
}

function stop(running: Running): string {
  running.kill('SIGKILL');
  return `the program ${running.pid} was still running; it said: ${running.stderr()}${running.stdout()}`;
}

function end({ pid, command }: LiveProcess): string {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return `process ${pid} outlived the run: ${command}`;
  }
  return `process ${pid} is still alive: ${command}`;
}

async function failureOf(work: Promise<void>): Promise<Error | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error), { cause: error });
  }
}

async function withDeadline(body: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the test hung for ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    await Promise.race([body, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
