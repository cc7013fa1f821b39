import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../rig/processes.js';
import { createRig, type Rig } from '../rig/rig.js';
import { HOSTILE, type HostileAgent } from './agents.js';
import { AGENTS, configFor, pidsIn } from './runs.js';

const RUNS = 200;
const AT_ONCE = 4;
const SEED = Number(process.env.LLM_ROUTER_SEED ?? 20_261_121);
/** Signals that a run may receive; most receive none. */
const SIGNALS = [null, null, null, 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const;

/** Hostile tools that end soon, and a good one. */
const AGENTS_TO_MIX: readonly HostileAgent[] = [
  { agent: 'good', does: 'answers', failure: null, code: 0 },
  ...Object.values(HOSTILE)
    .flat()
    .filter(({ prompt, agent }) => prompt === undefined && agent !== 'floods-noise-then-answers'),
];

/** Tools whose children cannot be found by a later process: they have no variables, no pipes and no live parent. */
const LEAVES_NO_TRACE = new Set([
  'empties-the-environment',
  'empties-the-environment-and-holds-stdout',
  'daemon-of-a-dead-session',
]);

describe('many runs with random signals', () => {
  it(`leave no process, and traces that can be read (${RUNS} runs, seed ${SEED})`, async () => {
    const rig = await createRig();
    const random = randomFrom(SEED);
    const plans = Array.from({ length: RUNS }, (_, n) => {
      const hostile = pick(AGENTS_TO_MIX, random);
      const drawn = pick(SIGNALS, random);
      const signal = drawn === 'SIGKILL' && LEAVES_NO_TRACE.has(hostile.agent) ? 'SIGTERM' : drawn;
      return { n, hostile, signal, afterMs: Math.floor(random() * 600) };
    });
    const ended: Ended[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let plan = plans.shift(); plan !== undefined; plan = plans.shift())
          ended.push(await runOne(rig, plan));
      }),
    );
    // The next run ends the tool of a killed router.
    ended.push(
      await runOne(rig, { n: RUNS, hostile: AGENTS_TO_MIX[0] as HostileAgent, signal: null, afterMs: 0 }),
    );
    const alive = ended.filter(({ pids }) => pids.some(isAlive));
    const unexpected = ended.filter(({ expected, code }) => expected !== null && code !== expected);
    const left = readdirSync(path.join(rig.state, 'llm-router', 'running'));
    const traces = readableTraces(rig);
    await rig.close();
    expect({ alive, unexpected, left }).toEqual({ alive: [], unexpected: [], left: [] });
    expect(traces).toBeGreaterThan(RUNS / 2);
  }, 600_000);
});

interface Plan {
  n: number;
  hostile: HostileAgent;
  signal: NodeJS.Signals | null;
  afterMs: number;
}

interface Ended {
  agent: string;
  signal: string | null;
  code: number | null;
  /** The expected exit code; `null` where a signal was sent. */
  expected: number | null;
  pids: number[];
}

async function runOne(rig: Rig, { n, hostile, signal, afterMs }: Plan): Promise<Ended> {
  const name = `${hostile.agent}-${n}`;
  const cwd = path.join(rig.project, name);
  mkdirSync(cwd);
  const binary = path.join(rig.bin, name);
  if (hostile.agent === 'good') writeFileSync(binary, '#!/bin/sh\necho answer\n');
  else copyFileSync(path.join(AGENTS, hostile.agent), binary);
  chmodSync(binary, 0o755);
  const config = rig.write(`${name}.yaml`, configFor(hostile, binary));
  const running = rig.start(['exec', '--config', config, '--json'], {
    cwd,
    stdin: 'hello',
    env: { LLM_ROUTER_TRACE_DIR: path.join(rig.project, 'traces') },
  });
  if (signal !== null) {
    // Until its record is written, about a millisecond after its start, a tool cannot be found.
    if (signal === 'SIGKILL') await Promise.race([recordOf(rig, running.pid), running.exited]);
    await Promise.race([delay(afterMs), running.exited]); // the random moment is the point
    running.kill(signal);
  }
  const code = await running.exited;
  if (signal !== 'SIGKILL') await running.done;
  return {
    agent: hostile.agent,
    signal,
    code,
    expected: signal === null ? hostile.code : null,
    pids: pidsIn(path.join(cwd, 'pids')),
  };
}

async function recordOf(rig: Rig, pid: number): Promise<void> {
  const folder = path.join(rig.state, 'llm-router', 'running');
  const isThere = () =>
    existsSync(folder) &&
    readdirSync(folder).some((name) => contentOf(path.join(folder, name)).includes(`"pid":${pid},`));
  while (!isThere() && isAlive(pid)) await delay(2);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // its run has ended
  }
}

function readableTraces(rig: Rig): number {
  const folder = path.join(rig.project, 'traces');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  );
  for (const file of files) JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  return files.length;
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
