import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call, Hub } from './fakes.js';

const BODY = path.join(path.dirname(fileURLToPath(import.meta.url)), 'agent.cjs');

/** A fake agent whose every call the test takes and answers itself. */
export interface DrivenAgent {
  path: string;
  /** The next call, in order; rejects when every run ended without one. A call that the test never takes fails it. */
  nextCall(): Promise<Call>;
  /** Resolves when a call is waiting, without taking it. */
  arrived(): Promise<void>;
}

/** What a scripted agent does on one call. */
export interface Step {
  /** The expected call; a difference fails the test. */
  expect?: { argv?: readonly string[]; stdin?: string };
  stdout?: string | Buffer;
  stderr?: string;
  /** [0] */
  exit?: number;
  /** Dies by this signal instead of exiting. */
  raise?: NodeJS.Signals;
}

/** One call that a scripted agent got. */
export interface RecordedCall {
  argv: string[];
  stdin: string;
  cwd: string;
  env: Record<string, string>;
}

/** A fake agent that takes the next step on each call. */
export interface ScriptedAgent {
  path: string;
  /** The calls so far. */
  calls: RecordedCall[];
}

/** What the rig needs of each agent: its problems at the end, and a hook for the end of the last run. */
export interface Watched {
  problems(): string[];
  /** Every run has ended, so no more calls can come. */
  onIdle(said: string): void;
}

interface Where {
  hub: Hub;
  bin: string;
  socket: string;
}

/** Puts an executable into the rig's PATH whose calls the test drives. `version` answers `--version` by itself. */
export function installDriven(where: Where, name: string, version: string | null): DrivenAgent & Watched {
  const calls: Call[] = [];
  const watchers: (() => void)[] = [];
  const takers: { resolve: (call: Call) => void; reject: (error: Error) => void }[] = [];
  where.hub.onCall(name, (call) => {
    const taker = takers.shift();
    if (taker !== undefined) return taker.resolve(call);
    calls.push(call);
    for (const resolve of watchers.splice(0)) resolve();
  });
  return {
    path: install(where, name, version),
    nextCall: () =>
      new Promise((resolve, reject) => {
        const call = calls.shift();
        if (call === undefined) takers.push({ resolve, reject });
        else resolve(call);
      }),
    arrived: () =>
      new Promise((resolve) => {
        if (calls.length > 0) resolve();
        else watchers.push(resolve);
      }),
    problems: () => calls.map((call) => `unexpected call of \`${name}\` with ${JSON.stringify(call.argv)}`),
    onIdle: (said) => {
      for (const { reject } of takers.splice(0)) reject(new Error(`\`${name}\` was never called; ${said}`));
    },
  };
}

/** Puts an executable into the rig's PATH that does the steps, one a call. */
export function installScripted(where: Where, name: string, steps: readonly Step[]): ScriptedAgent & Watched {
  const left = [...steps];
  const problems: string[] = [];
  const calls: RecordedCall[] = [];
  where.hub.onCall(name, (call) => {
    const step = left.shift();
    if (step !== undefined) void play({ call, step, calls, problems });
    else {
      problems.push(`unexpected call of \`${name}\` with ${JSON.stringify(call.argv)}: its script is over`);
      call.exit(99);
    }
  });
  return {
    path: install(where, name, null),
    calls,
    problems: () => [
      ...problems,
      ...left.map((step) => `unused step of \`${name}\`: ${JSON.stringify(step)}`),
    ],
    onIdle: () => undefined,
  };
}

async function play(scene: {
  call: Call;
  step: Step;
  calls: RecordedCall[];
  problems: string[];
}): Promise<void> {
  const { call, step, calls, problems } = scene;
  const stdin = (await call.stdin()).toString();
  calls.push({ argv: call.argv, stdin, cwd: call.cwd, env: call.env });
  const differs = (what: string, want: unknown, got: unknown) => {
    if (want === undefined || JSON.stringify(want) === JSON.stringify(got)) return;
    problems.push(`\`${call.name}\`: ${what} is ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  };
  differs('argv', step.expect?.argv, call.argv);
  differs('stdin', step.expect?.stdin, stdin);
  if (step.stderr !== undefined) call.stderr(step.stderr);
  if (step.stdout !== undefined) call.stdout(step.stdout);
  if (step.raise === undefined) call.exit(step.exit ?? 0);
  else call.raise(step.raise);
}

function install(where: Where, name: string, version: string | null): string {
  const file = path.join(where.bin, name);
  const settings = JSON.stringify({ name, socket: where.socket, version });
  writeFileSync(file, `#!${path.join(where.bin, 'node')}\nrequire(${JSON.stringify(BODY)})(${settings});\n`, {
    mode: 0o755,
  });
  return file;
}
