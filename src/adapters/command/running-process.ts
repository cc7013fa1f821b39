import type { ChildProcess } from 'node:child_process';
import { ProcessTree } from '../../process/tree.js';
import { createLatch } from './latch.js';
import type { ProcessEnd, ProcessEvent, ProcessSpec } from './process-spec.js';

/** How long pipes are read after the leader's exit, ms: another process may hold them open. */
const DRAIN_MS = 500;
/** More than pipes and buffers can hold of the leader's output: later output is from another process. */
const DRAIN_BYTES = 4 * 1024 * 1024;
/** First look at the process tree after the start, and the longest pause between two looks, ms. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_PAUSE_MS = 2000;
/** Longest wait for a killed process, ms: one that is blocked on a failed disk or network share cannot die. */
const AFTER_KILL_MS = 2000;

/** A started process: its time limits, its pipes, and its end. */
export class RunningProcess {
  readonly #child: ChildProcess;
  readonly #tree: ProcessTree;
  readonly #spec: ProcessSpec;
  readonly #changed = createLatch();
  readonly #startedMs: number;
  readonly #cancel = () => this.#stop('cancelled');
  readonly #killNow = () => this.#kill();
  #attemptTimer: NodeJS.Timeout;
  #killTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #giveUpTimer: NodeJS.Timeout | undefined;
  /** It was killed but has not ended, and we stopped waiting. */
  #isUnkillable = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #killAtMs: number | null = null;
  #stopped: ProcessEnd['ended'] | null = null;
  #exit: { exitCode: number | null; signal: NodeJS.Signals | null; atMs: number } | null = null;
  #isClosed = false;
  #drainLeftMs = DRAIN_MS;
  #drainLeftBytes = DRAIN_BYTES;
  /** What both pipes hold when that time is over still counts. */
  #lastReads = 2;
  #firstOutputMs: number | null = null;
  #tookStdin = false;
  #survivors: string[] = [];

  constructor(child: ChildProcess, pid: number, spec: ProcessSpec) {
    this.#child = child;
    this.#tree = ProcessTree.ofChild({ leader: pid, marker: spec.marker, leaveRunning: spec.leaveRunning });
    this.#spec = spec;
    this.#startedMs = spec.monotonicMs();
    this.#attemptTimer = setTimeout(() => this.#afterPoll(() => this.#stop('timeout')), spec.timeoutMs);
    this.#listen();
    this.#writeStdin();
    this.#watchTree(FIRST_LOOK_MS);
    spec.signal.addEventListener('abort', this.#cancel);
    spec.urgent.addEventListener('abort', this.#killNow);
    if (spec.signal.aborted) this.#cancel();
  }

  /** The next chunk, waiting for it; `null` when there is no more. */
  async next(): Promise<ProcessEvent | null> {
    let sinceMs = this.#spec.monotonicMs();
    while (true) {
      if (this.#drainLeftBytes <= 0 || this.#isUnkillable) return null;
      if (this.#drainLeftMs <= 0) return this.#lastReads-- > 0 ? this.#read() : null;
      const chunk = this.#read();
      if (chunk !== null || this.#isClosed) return chunk;
      await this.#wait();
      const nowMs = this.#spec.monotonicMs();
      // A wait that began before the exit counts from there on.
      if (this.#exit !== null) this.#drainLeftMs -= nowMs - Math.max(sinceMs, this.#exit.atMs);
      sinceMs = nowMs;
    }
  }

  /** Ends the whole tree and waits for that. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#lookTimer);
    this.#stop('stopped');
    for (const pipe of this.#pipes()) pipe.removeAllListeners('readable').resume();
    await this.#leaderHasEnded();
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#killTimer);
    const { graceMs, monotonicMs, urgent } = this.#spec;
    const killAtMs = this.#killAtMs ?? monotonicMs() + graceMs;
    const left = await this.#tree.end({ killAtMs, monotonicMs, urgent });
    this.#survivors = left.map(({ name, pid }) => `${name} (${pid})`);
    for (const pipe of this.#pipes()) pipe.destroy();
    this.#spec.signal.removeEventListener('abort', this.#cancel);
    this.#spec.urgent.removeEventListener('abort', this.#killNow);
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

  /** A process without parent, session, environment and pipes before the first look cannot be distinguished from an unrelated one. */
  #watchTree(afterMs: number): void {
    this.#lookTimer = setTimeout(() => {
      void this.#tree.findLive();
      this.#watchTree(Math.min(afterMs * 2, LONGEST_LOOK_PAUSE_MS));
    }, afterMs);
  }

  async #leaderHasEnded(): Promise<void> {
    while (this.#exit === null && !this.#isUnkillable) await this.#changed.wait();
    clearTimeout(this.#giveUpTimer);
    // It must not keep the event loop alive either.
    if (this.#exit === null) this.#child.unref();
  }

  #listen(): void {
    this.#child.on('error', () => undefined);
    this.#child.on('exit', (exitCode, signal) => {
      this.#exit = { exitCode, signal, atMs: this.#spec.monotonicMs() };
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

  /**
   * Only if stdin is no file. A tool that exits without reading everything breaks the pipe; its answer may still be good.
   */
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

  /** Waits for a change. The idle limit runs only here, so that a slow consumer does not count as silence of the tool. */
  async #wait(): Promise<void> {
    const { idleTimeoutMs } = this.#spec;
    const isQuiet = this.#exit === null && idleTimeoutMs !== null;
    if (isQuiet) this.#idleTimer ??= setTimeout(() => this.#onIdle(), idleTimeoutMs);
    const drain =
      this.#exit === null
        ? undefined
        : setTimeout(() => this.#afterPoll(() => this.#changed.open()), this.#drainLeftMs);
    await this.#changed.wait();
    clearTimeout(drain);
  }

  #onIdle(): void {
    const timer = this.#idleTimer;
    this.#afterPoll(() => {
      if (this.#idleTimer === timer) this.#stop(this.#firstOutputMs === null ? 'first_output' : 'idle');
    });
  }

  /** After our own process was blocked, timers fire before pending output is read: reads that first. */
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
    void this.#tree.signal('SIGTERM');
  }

  #kill(): void {
    if (this.#exit === null) this.#stopped ??= 'cancelled';
    void this.#tree.signal('SIGKILL');
    this.#giveUpTimer ??= setTimeout(() => {
      this.#isUnkillable = true;
      this.#changed.open();
    }, AFTER_KILL_MS);
  }
}
