import type { ChildProcess } from 'node:child_process';
import { createLatch } from './latch.js';
import { endFamily, signalGroup } from './process-group.js';
import type { ProcessEnd, ProcessEvent, ProcessSpec } from './process-spec.js';

/** How long we wait for pipes after the leader's exit, ms: somebody else may hold them open. */
const DRAIN_MS = 500;
/** More than pipes and buffers can hold of what the leader wrote: what comes later is not its own. */
const DRAIN_BYTES = 4 * 1024 * 1024;

/** A process between start and end: its clocks, its pipes, its death. */
export class RunningProcess {
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #spec: ProcessSpec;
  readonly #changed = createLatch();
  readonly #startedMs: number;
  readonly #cancel = () => this.#stop('cancelled');
  readonly #hurry = () => this.#kill();
  #attemptTimer: NodeJS.Timeout;
  #killTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #killAtMs: number | null = null;
  #stopped: ProcessEnd['ended'] | null = null;
  #exit: { exitCode: number | null; signal: NodeJS.Signals | null } | null = null;
  #isClosed = false;
  #drainLeftMs = DRAIN_MS;
  #drainLeftBytes = DRAIN_BYTES;
  #firstOutputMs: number | null = null;
  #tookStdin = false;

  constructor(child: ChildProcess, pid: number, spec: ProcessSpec) {
    this.#child = child;
    this.#pid = pid;
    this.#spec = spec;
    this.#startedMs = spec.monotonicMs();
    this.#attemptTimer = setTimeout(() => this.#afterPoll(() => this.#stop('timeout')), spec.timeoutMs);
    this.#listen();
    this.#writeStdin();
    spec.signal.addEventListener('abort', this.#cancel);
    spec.urgent.addEventListener('abort', this.#hurry);
    if (spec.signal.aborted) this.#cancel();
  }

  /** The next chunk, waiting for it; `null` when there is no more. */
  async next(): Promise<ProcessEvent | null> {
    let sinceMs = this.#spec.monotonicMs();
    while (true) {
      if (this.#drainLeftMs <= 0 || this.#drainLeftBytes <= 0) return null;
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
    this.#stop('stopped');
    for (const pipe of this.#pipes()) pipe.removeAllListeners('readable').resume();
    while (this.#exit === null) await this.#changed.wait();
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#killTimer);
    const { graceMs, monotonicMs, urgent, marker } = this.#spec;
    const killAtMs = this.#killAtMs ?? monotonicMs() + graceMs;
    await endFamily({ leader: this.#pid, marker }, { killAtMs, monotonicMs, urgent });
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
    };
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
      if (this.#idleTimer === timer) this.#stop('idle');
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
    signalGroup(this.#pid, 'SIGTERM');
  }

  #kill(): void {
    if (this.#exit === null) this.#stopped ??= 'cancelled';
    signalGroup(this.#pid, 'SIGKILL');
  }
}
