import type { ChildProcess } from 'node:child_process';
import { Family } from './family.js';
import { createLatch } from './latch.js';
import type { ProcessEnd, ProcessEvent, ProcessSpec } from './process-spec.js';

/** How long we wait for pipes after the leader's exit, ms: somebody else may hold them open. */
const DRAIN_MS = 500;
/** More than pipes and buffers can hold of what the leader wrote: what comes later is not its own. */
const DRAIN_BYTES = 4 * 1024 * 1024;
/** How soon after its start, and at last how often, a look is taken at who belongs to the process, ms. */
const FIRST_LOOK_MS = 50;
const LOOK_EVERY_MS = 2000;
/** How long a killed process may take to be gone, ms: one that waits for a dead disk or network share cannot die. */
const AFTER_KILL_MS = 2000;

/** A process between start and end: its clocks, its pipes, its death. */
export class RunningProcess {
  readonly #child: ChildProcess;
  readonly #family: Family;
  readonly #spec: ProcessSpec;
  readonly #changed = createLatch();
  readonly #startedMs: number;
  readonly #cancel = () => this.#stop('cancelled');
  readonly #hurry = () => this.#kill();
  #attemptTimer: NodeJS.Timeout;
  #killTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #giveUpTimer: NodeJS.Timeout | undefined;
  #isBeyondDeath = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #killAtMs: number | null = null;
  #stopped: ProcessEnd['ended'] | null = null;
  #exit: { exitCode: number | null; signal: NodeJS.Signals | null } | null = null;
  #isClosed = false;
  #drainLeftMs = DRAIN_MS;
  #drainLeftBytes = DRAIN_BYTES;
  #firstOutputMs: number | null = null;
  #tookStdin = false;
  #survivors: string[] = [];

  constructor(child: ChildProcess, pid: number, spec: ProcessSpec) {
    this.#child = child;
    this.#family = Family.begin({ leader: pid, marker: spec.marker, leaveRunning: spec.leaveRunning });
    this.#spec = spec;
    this.#startedMs = spec.monotonicMs();
    this.#attemptTimer = setTimeout(() => this.#afterPoll(() => this.#stop('timeout')), spec.timeoutMs);
    this.#listen();
    this.#writeStdin();
    this.#watchFamily(FIRST_LOOK_MS);
    spec.signal.addEventListener('abort', this.#cancel);
    spec.urgent.addEventListener('abort', this.#hurry);
    if (spec.signal.aborted) this.#cancel();
  }

  /** The next chunk, waiting for it; `null` when there is no more. */
  async next(): Promise<ProcessEvent | null> {
    let sinceMs = this.#spec.monotonicMs();
    while (true) {
      if (this.#drainLeftMs <= 0 || this.#drainLeftBytes <= 0 || this.#isBeyondDeath) return null;
      const chunk = this.#read();
      if (chunk !== null || this.#isClosed) return chunk;
      await this.#wait();
      const nowMs = this.#spec.monotonicMs();
      if (this.#exit !== null) this.#drainLeftMs -= nowMs - sinceMs;
      sinceMs = nowMs;
    }
  }

  /** Ends whatever lives, and waits for its death. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#lookTimer);
    this.#stop('stopped');
    for (const pipe of this.#pipes()) pipe.removeAllListeners('readable').resume();
    await this.#leaderIsGone();
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#killTimer);
    const { graceMs, monotonicMs, urgent } = this.#spec;
    const killAtMs = this.#killAtMs ?? monotonicMs() + graceMs;
    const left = await this.#family.end({ killAtMs, monotonicMs, urgent });
    this.#survivors = left.map(({ name, pid }) => `${name} (${pid})`);
    for (const pipe of this.#pipes()) pipe.destroy();
    this.#spec.signal.removeEventListener('abort', this.#cancel);
    this.#spec.urgent.removeEventListener('abort', this.#hurry);
  }

  result(): ProcessEnd {
    return {
      ended: this.#stopped ?? 'exit',
      exitCode: this.#exit?.exitCode ?? null,
      signal: this.#exit?.signal ?? null,
      firstOutputMs: this.#firstOutputMs,
      tookStdin: this.#tookStdin,
      spawnError: null,
      survivors: this.#survivors,
    };
  }

  /** Who has lost parent, session, environment and pipes when we look for the first time cannot be told from a stranger. */
  #watchFamily(afterMs: number): void {
    this.#lookTimer = setTimeout(() => {
      void this.#family.look();
      this.#watchFamily(Math.min(afterMs * 2, LOOK_EVERY_MS));
    }, afterMs);
  }

  async #leaderIsGone(): Promise<void> {
    while (this.#exit === null && !this.#isBeyondDeath) await this.#changed.wait();
    clearTimeout(this.#giveUpTimer);
    // The loop of events must not wait for it either.
    if (this.#exit === null) this.#child.unref();
  }

  #listen(): void {
    this.#child.on('error', () => undefined);
    this.#child.on('exit', (exitCode, signal) => {
      this.#exit = { exitCode, signal };
      this.#changed.open();
    });
    this.#child.on('close', () => {
      this.#isClosed = true;
      this.#changed.open();
    });
    for (const pipe of this.#pipes()) {
      pipe.on('readable', () => this.#changed.open());
      pipe.on('error', () => undefined);
    }
  }

  /** A tool that exits before it has read everything breaks the pipe, which says nothing about its answer. */
  #writeStdin(): void {
    const { stdin } = this.#child;
    if (stdin === null || this.#spec.stdin === null) {
      this.#tookStdin = true;
      return;
    }
    stdin.on('error', () => undefined);
    stdin.on('finish', () => {
      this.#tookStdin = true;
    });
    stdin.end(this.#spec.stdin);
  }

  #pipes() {
    return [this.#child.stdout, this.#child.stderr].filter((pipe) => pipe !== null);
  }

  #read(): ProcessEvent | null {
    for (const source of ['stdout', 'stderr'] as const) {
      const bytes: Buffer | null = this.#child[source]?.read() ?? null;
      if (bytes === null) continue;
      clearTimeout(this.#idleTimer);
      this.#idleTimer = undefined;
      if (this.#exit !== null) this.#drainLeftBytes -= bytes.length;
      this.#firstOutputMs ??= this.#spec.monotonicMs() - this.#startedMs;
      return { type: 'chunk', source, bytes };
    }
    return null;
  }

  /** Waits for a change; the idle clock runs only here, so that a slow consumer is never the tool's silence. */
  async #wait(): Promise<void> {
    const { idleTimeoutMs } = this.#spec;
    const isQuiet = this.#exit === null && idleTimeoutMs !== null;
    if (isQuiet) this.#idleTimer ??= setTimeout(() => this.#onIdle(), idleTimeoutMs);
    const drain = this.#exit === null ? undefined : setTimeout(() => this.#changed.open(), this.#drainLeftMs);
    await this.#changed.wait();
    clearTimeout(drain);
  }

  #onIdle(): void {
    const timer = this.#idleTimer;
    this.#afterPoll(() => {
      if (this.#idleTimer === timer) this.#stop(this.#firstOutputMs === null ? 'first_output' : 'idle');
    });
  }

  /** After we were held up ourselves a clock fires before waiting output is seen: look once before believing it. */
  #afterPoll(act: () => void): void {
    setImmediate(act);
  }

  #stop(reason: ProcessEnd['ended']): void {
    if (this.#stopped !== null || this.#exit !== null) return;
    this.#stopped = reason;
    if (this.#spec.urgent.aborted) {
      this.#kill();
      return;
    }
    this.#killAtMs = this.#spec.monotonicMs() + this.#spec.graceMs;
    this.#killTimer = setTimeout(() => this.#kill(), this.#spec.graceMs);
    void this.#family.signal('SIGTERM');
  }

  #kill(): void {
    if (this.#exit === null) this.#stopped ??= 'cancelled';
    void this.#family.signal('SIGKILL');
    this.#giveUpTimer ??= setTimeout(() => {
      this.#isBeyondDeath = true;
      this.#changed.open();
    }, AFTER_KILL_MS);
  }
}
