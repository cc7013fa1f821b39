import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { AdapterContext, AdapterEvent, Task } from '../../../src/adapters/adapter.js';
import { commandAdapter } from '../../../src/adapters/command.js';
import { Connections } from '../../../src/adapters/http/connections.js';
import type { CommandTool } from '../../../src/config/types.js';
import { failedOutcome, type Outcome } from '../../../src/domain/attempt.js';
import { NO_FAMILY } from '../../../src/domain/family.js';
import { deadlineOf } from '../../rig/deadline.js';
import { at, grammarOf, taskOf, toolOf } from './samples.js';

/** Folder of the fake agents. */
export const AGENTS = resolve('test/fixtures/agents');
/** Leaders of the process groups that the running test has started. */
export const groups: number[] = [];
let folder = '';

/** Gives every test of the file its own folder; afterwards no process and no private file may be left. */
export function eachInItsFolder(): void {
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-test-')));
    mkdirSync(join(folder, 'tmp'));
  });

  afterEach(() => {
    const alive = groups.splice(0).filter(isGroupAlive);
    const leftovers = readdirSync(join(folder, 'tmp'));
    rmSync(folder, { recursive: true });
    expect({ alive, leftovers }).toEqual({ alive: [], leftovers: [] });
  });
}

/** The folder of the running test; `tmp` in it is for private files. */
export function testFolder(): string {
  return folder;
}

/** Does not count zombies, which still accept signals until init reaps them. */
function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => {
    const path = `/proc/${name}/stat`;
    if (!/^\d+$/.test(name) || !existsSync(path)) return false;
    const [state, , group] = readFileSync(path, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === String(pid) && state !== 'Z';
  });
}

/** What to run, and how it differs from a plain run. */
export interface Given {
  agent: string;
  args?: Parameters<typeof toolOf>[0];
  tool?: Partial<CommandTool>;
  task?: Partial<Task<CommandTool>>;
  context?: Partial<AdapterContext>;
  /** Called with every event; what it returns is waited for. */
  onEvent?: (event: AdapterEvent) => unknown;
}

/** The result of a run. */
export interface Ran {
  outcome: Outcome;
  events: AdapterEvent[];
}

/** The task of a run in the test's folder. */
export function taskFor({ agent, args = [], tool = {}, task = {} }: Given): Task<CommandTool> {
  const made = toolOf(args, { name: agent, binary: { value: agent, at: null }, ...tool });
  return taskOf(made, { cwd: folder, binaryPath: join(AGENTS, agent), ...task });
}

/** A context whose environment has the fake agents and nothing of the user. */
export function contextFor(more: Partial<AdapterContext> = {}): AdapterContext {
  const never = new AbortController().signal;
  const env = { PATH: `${AGENTS}:${process.env.PATH}`, HOME: folder };
  return {
    env,
    deadline: deadlineOf(),
    urgent: never,
    monotonicMs: () => performance.now(),
    now: Date.now,
    tmpDir: join(folder, 'tmp'),
    redact: (text: string) => text,
    connections: new Connections(),
    tellsUsage: false,
    recorder: null,
    turn: 0,
    slots: [],
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    gatewayUrl: null,
    family: NO_FAMILY,
    ...more,
  };
}

/** Fills in a task and starts it, as the router does. */
export async function* start(
  task: Task<CommandTool>,
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const call = commandAdapter.prepare(task, { env: context.env, platform: process.platform });
  if (!call.ok) return failedOutcome(call.error);
  return yield* commandAdapter.run(call.value, context);
}

/** Runs a fake agent to its end. */
export async function run(given: Given): Promise<Ran> {
  const events: AdapterEvent[] = [];
  const running = start(taskFor(given), contextFor(given.context));
  for (let step = await running.next(); ; step = await running.next()) {
    if (step.done === true) return { outcome: step.value, events };
    if (step.value.type === 'started' && step.value.pid !== null) groups.push(step.value.pid);
    events.push(step.value);
    await given.onEvent?.(step.value);
  }
}

/** Arguments that make the agent `prints` print this. */
export function print(out: string | Buffer, err = '', code = 0): string[] {
  return [Buffer.from(out).toString('base64'), Buffer.from(err).toString('base64'), String(code)];
}

/** A tool that answers in JSON. */
export const REPORT = { output: grammarOf({ format: 'json', text: [at('/result')] }) };
