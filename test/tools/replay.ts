import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { AdapterEvent, Task } from '../../src/adapters/adapter.js';
import type { ProcessEnd } from '../../src/adapters/command/process-spec.js';
import { concluded, readerFor } from '../../src/adapters/command.js';
import { Connections } from '../../src/adapters/http/connections.js';
import type { CommandTool } from '../../src/config/types.js';
import type { Outcome } from '../../src/domain/attempt.js';
import type { SessionTotals } from '../../src/domain/cost.js';
import { NO_FAMILY } from '../../src/domain/family.js';
import { start } from '../adapters/command/runs.js';
import { taskOf } from '../adapters/command/samples.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { IS_SOAK } from '../soak.js';

/** What a fake tool writes, and how it ends. */
export interface Recording {
  stdout?: string;
  stderr?: string;
  /** [0] */
  exitCode?: number | null;
  signal?: string | null;
}

/** The result of a replay. */
export interface Replayed {
  outcome: Outcome;
  deltas: string[];
  /** Everything that it showed while it ran, but for its start. */
  events: AdapterEvent[];
}

/** The fixed time of every replay. */
export const NOW_MS = Date.parse('2026-11-20T18:00:00.000Z');

const STAND_IN = resolve('test/fixtures/agents/replays');
const TOOLS = configOf('').tools;
let folder = '';

/** A folder for the replays of a test file; removed at its end. */
export function withReplays(): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'replay-'));
    for (const name of ['bin', 'tmp', 'home', 'said']) mkdirSync(join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
}

/** A built-in definition. */
export function builtIn(name: string): CommandTool {
  const tool = TOOLS[name];
  if (tool?.kind !== 'command') throw new Error(`no built-in command tool ${name}`);
  return tool;
}

/** Reads a recording by the definition of a built-in tool; in the soak by running a fake in PATH that replays it. */
export async function replay(
  name: string,
  recording: Recording,
  more: { sessionTotals?: SessionTotals } = {},
): Promise<Replayed> {
  const tool = builtIn(name);
  const task = taskOf(tool, {
    cwd: join(folder, 'home'),
    binaryPath: join(folder, 'bin', tool.binary.value),
    sessionTotals: null,
    modelName: 'some-model',
    modelId: 'some-model',
    ...more,
  });
  if (!IS_SOAK) return readRecording(task, recording);
  const running = start(task, contextOf(standIn(tool, recording)));
  const events: AdapterEvent[] = [];
  for (let step = await running.next(); ; step = await running.next()) {
    if (step.done !== true && step.value.type !== 'started') events.push(step.value);
    if (step.done !== true) continue;
    const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []));
    return { outcome: step.value, deltas, events };
  }
}

async function readRecording(
  task: Task<CommandTool>,
  { stdout = '', stderr = '', exitCode = 0, signal = null }: Recording,
): Promise<Replayed> {
  const reader = readerFor(task);
  const live = [...reader.push('stdout', Buffer.from(stdout)), ...reader.push('stderr', Buffer.from(stderr))];
  const reading = reader.finish({ outputFile: null, usageFile: null, session: null });
  const end: ProcessEnd = {
    ended: 'exit',
    exitCode: signal === null ? exitCode : null,
    signal: signal as ProcessEnd['signal'],
    firstOutputMs: stdout === '' ? null : 0,
    tookStdin: true,
    spawnError: null,
    survivors: [],
  };
  const outcome = await concluded(
    { task, program: task.tool.name, end, reading, cancelled: null, redact: (text) => text },
    NOW_MS,
  );
  const events = [...live, ...reading.late].filter((event) => event.type !== 'over_size');
  const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []));
  return { outcome, deltas, events };
}

/** Puts the fake into PATH; returns the variables that control it. */
function standIn(tool: CommandTool, recording: Recording): Record<string, string> {
  const { stdout = '', stderr = '', exitCode = 0, signal = null } = recording;
  const binary = join(folder, 'bin', tool.binary.value);
  rmSync(binary, { force: true });
  symlinkSync(STAND_IN, binary);
  writeFileSync(join(folder, 'said/stdout'), stdout);
  writeFileSync(join(folder, 'said/stderr'), stderr);
  const required = Object.fromEntries(tool.envRequired.map(({ value }) => [value, 'set']));
  const end = signal === null ? `exit ${exitCode}` : `kill -s ${signal.replace(/^SIG/, '')} $$`;
  return { ...required, REPLAY_DIR: join(folder, 'said'), REPLAY_END: end };
}

function contextOf(variables: Record<string, string>) {
  const never = new AbortController().signal;
  return {
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: join(folder, 'home'), ...variables },
    deadline: deadlineOf(),
    urgent: never,
    monotonicMs: () => performance.now(),
    now: () => NOW_MS,
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
  };
}
