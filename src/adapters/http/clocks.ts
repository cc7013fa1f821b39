import type { HttpCall, HttpEnd } from './call.js';

/** The time limits of one call; the first that expires ends it. */
export class Clocks {
  /** The limit that ended the call; `null`: none. */
  end: HttpEnd | null = null;
  private phase: 'connect' | 'first_output' | 'idle' = 'connect';
  private readonly attempt: NodeJS.Timeout;
  private silence: NodeJS.Timeout;
  private grace: NodeJS.Timeout | null = null;
  private readonly release: () => void;

  constructor(
    private readonly call: HttpCall,
    private readonly destroy: (error: Error) => void,
  ) {
    this.attempt = setTimeout(() => this.finish({ ended: 'timeout', phase: 'attempt' }), call.timeoutMs);
    this.silence = this.startSilence(call.connectTimeoutMs);
    this.release = call.stop.whenOver(() => this.finish({ ended: 'cancelled' }));
  }

  /** Starts the clock of the first output: the request has a connection that is ready. A redirect may need another one. */
  ready(): void {
    if (this.phase !== 'connect') return;
    this.phase = 'first_output';
    this.wait();
  }

  /** Starts the idle clock while we wait; after a finished answer a short total limit applies. */
  wait(): void {
    clearTimeout(this.silence);
    const graceMs = this.call.graceMs();
    if (graceMs !== null) this.grace ??= setTimeout(() => this.finish({ ended: 'complete' }), graceMs);
    if (this.call.idleTimeoutMs !== null) this.silence = this.startSilence(this.call.idleTimeoutMs);
  }

  /** Stops the idle clock when data arrives, since our own processing does not count as silence. */
  heard(): void {
    this.phase = 'idle';
    clearTimeout(this.silence);
  }

  stop(): void {
    clearTimeout(this.attempt);
    clearTimeout(this.silence);
    if (this.grace !== null) clearTimeout(this.grace);
    this.release();
  }

  private startSilence(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.finish({ ended: 'timeout', phase: this.phase }), ms);
  }

  /** Ends the call, with the first given reason. */
  private finish(end: HttpEnd): void {
    this.end ??= end;
    this.destroy(new Error(end.ended));
  }
}
