import type { Environment, ProcessRecorder } from '../adapters/adapter.js';
import { markerOf } from '../adapters/command/marker.js';
import type { ProcessEnd } from '../adapters/command/process-spec.js';
import { runProcess } from '../adapters/command/subprocess.js';
import { traceparent } from '../crypto/trace-ids.js';
import type { Deadline } from '../domain/deadline.js';
import { briefDuration } from '../domain/duration.js';
import { type Failure, failure } from '../domain/failure.js';
import { familyText } from '../domain/family.js';
import { plainText } from '../domain/plain-text.js';
import type { Verification } from '../domain/race.js';
import { isSampled } from '../domain/trace-context.js';
import { isolatedHost } from '../router/isolation/plan-isolation.js';
import { withoutOuterGateway } from '../router/outer-gateway.js';
import type { Planned } from '../router/planned.js';
import { type Host, type RouterWorld, withStores } from '../router/world.js';
import type { RaceOrder, VerifyOrder } from './order.js';

/** How a change was judged, and why it has not passed; `null`: it has. */
export interface Verdict {
  verification: Verification | null;
  failure: Failure | null;
}

/** Where the command works, and what ends it. */
export interface VerifyPlace {
  planned: Planned;
  cwd: string;
  processes: ProcessRecorder | null;
  deadline: Deadline;
}

/** Time between SIGTERM and SIGKILL, ms. */
const GRACE_MS = 5000;
/** As much of the end of its output as a failure shows, bytes. */
const TAIL_BYTES = 4096;
/** Longer than that, a word is asked for, ms. */
const LOOK_MS = 10_000;

/** Judges what a candidate left by a command, which runs through `sh` in its work tree; its process tree is gone when this ends. */
export async function verifyChange(
  world: RouterWorld,
  { command, timeoutMs }: VerifyOrder,
  place: VerifyPlace,
): Promise<Verdict> {
  const { host, urgent } = world;
  const { deadline, processes, planned } = place;
  const startMs = host.clock.monotonic();
  await processes?.beforeStart(null);
  const { end, tail } = await follow(
    runProcess({
      ...processOf(host, command),
      cwd: place.cwd,
      env: variablesOf(world, planned),
      marker: markerOf(idsOf(planned)),
      timeoutMs,
      signal: deadline.signal,
      urgent,
    }),
    processes,
  );
  const latencyMs = Math.round(host.clock.monotonic() - startMs);
  const shown = host.redactor.text(plainText(tail)).trim();
  if (end.ended === 'cancelled') return { verification: null, failure: cancelled(deadline) };
  const verification = { exitCode: end.exitCode, latencyMs };
  if (end.ended === 'exit' && end.exitCode === 0) return { verification, failure: null };
  return { verification, failure: refusal(command, { end, timeoutMs, tail: shown }) };
}

/** Why the command cannot run at all, which is known before anything is spent; `null`: it can, as far as that is known. */
export async function commandTrouble(
  { host, urgent }: Pick<RouterWorld, 'host' | 'urgent'>,
  { verify, request }: RaceOrder,
  deadline: Deadline,
): Promise<Failure | null> {
  if (verify === null) return null;
  if (verify.command.trim() === '') return failure('usage', '`--verify` is empty', { hint: EXAMPLE });
  // Assignments, keywords and paths, which a candidate may write, are left to the shell.
  const [word] = /^[\w.+-]+(?=\s|$)/.exec(verify.command.trim()) ?? [];
  if (word === undefined) return null;
  const { end } = await follow(
    runProcess({
      ...processOf(host, `command -v -- ${word}`),
      cwd: request.cwd,
      env: plain(host.env),
      marker: null,
      timeoutMs: LOOK_MS,
      signal: deadline.signal,
      urgent,
    }),
    null,
  );
  if (end.ended === 'cancelled') return cancelled(deadline);
  if (end.ended === 'not_started')
    return failure('usage', `\`sh\` cannot be started: ${end.spawnError}`, { hint: 'put it into PATH' });
  if (end.ended !== 'exit' || end.exitCode === 0) return null;
  return failure('usage', `the verify command \`${word}\` is not found`, {
    hint: `\`--verify\` is a line for \`sh\`, run in the work tree of each candidate: ${EXAMPLE}`,
  });
}

const EXAMPLE = '`--verify "npm test"`';

/** The shell that every system of that kind has, whatever is in PATH. */
function processOf({ clock, tmpDir, platform }: Host, command: string) {
  return {
    argv: [platform === 'win32' ? 'sh' : '/bin/sh', '-c', command],
    leaveRunning: [],
    stdin: null,
    tmpDir,
    idleTimeoutMs: null,
    graceMs: GRACE_MS,
    monotonicMs: clock.monotonic,
  };
}

/** Reads all of the output, and keeps the end of it. */
async function follow(
  running: ReturnType<typeof runProcess>,
  processes: ProcessRecorder | null,
): Promise<{ end: ProcessEnd; tail: string }> {
  let tail = Buffer.alloc(0);
  for (;;) {
    const step = await running.next();
    if (step.done === true) return { end: step.value, tail: tail.toString('utf8') };
    if (step.value.type === 'started') await processes?.afterStart(step.value.pid);
    else tail = Buffer.concat([tail, step.value.bytes]).subarray(-TAIL_BYTES);
  }
}

function idsOf({ id, request }: Planned) {
  return { invocationId: id, rootId: request.parent?.rootId ?? id };
}

/** As the tool of the candidate had them: calls of the router in it are nested in the candidate, and share the cap of the race. */
function variablesOf({ host, stores }: RouterWorld, planned: Planned): Record<string, string> {
  const { invocationId, rootId } = idsOf(planned);
  const { parent } = planned.request;
  const family = parent === null ? '' : familyText(parent.family);
  return {
    ...plain(withoutOuterGateway(withStores(isolatedHost(host).env, stores))),
    TRACEPARENT: traceparent(planned, {
      attempt: 'verify',
      isSampled: isSampled(planned.request.parentSpan),
    }),
    LLM_ROUTER_PARENT_ID: invocationId,
    LLM_ROUTER_ROOT_ID: rootId,
    LLM_ROUTER_DEPTH: String((parent?.depth ?? 0) + 1),
    ...(family === '' ? {} : { LLM_ROUTER_FAMILY: family }),
  };
}

/** Without permissions that a user gives to one command. */
function plain(env: Environment): Record<string, string> {
  const { LLM_ROUTER_TRUST: _trust, LLM_ROUTER_TOKEN: _token, ...others } = env;
  return Object.fromEntries(
    Object.entries(others).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function cancelled({ failure: stopped }: Deadline): Failure {
  return stopped ?? failure('cancelled', 'the verification was stopped');
}

function refusal(
  command: string,
  { end, timeoutMs, tail }: { end: ProcessEnd; timeoutMs: number; tail: string },
): Failure {
  const { exitCode } = end;
  const last = tail.split('\n').findLast((line) => line.trim() !== '') ?? '';
  const said = last === '' ? '' : `: ${last.trim().slice(0, MOST_SAID)}`;
  const known = { exitCode, stderrTail: tail === '' ? null : tail, hint: hintOf(end) };
  return failure('not_verified', `\`${command}\` ${endWords(end, timeoutMs)}${said}`, known);
}

const MOST_SAID = 200;

function endWords({ ended, exitCode, signal, spawnError }: ProcessEnd, timeoutMs: number): string {
  if (ended === 'timeout') return `did not end within ${briefDuration(timeoutMs)}`;
  if (ended === 'not_started') return `could not be started (${spawnError})`;
  return exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `exited with ${exitCode}`;
}

/** What is ignored by Git is the usual reason for a command that is not there. */
function hintOf({ ended, exitCode }: ProcessEnd): string | null {
  if (ended === 'timeout') return 'give more time with `--verify-timeout`';
  if (exitCode !== 126 && exitCode !== 127) return null;
  return 'a program was not found: ignored files such as `node_modules` are not in the work tree of a candidate, so install them first, as in `--verify "npm ci && npm test"`, or name them in `include_ignored` of `recovery`';
}
