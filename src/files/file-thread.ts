import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { draftOf, writeIntoFolder } from '../files.js';

/** A file, and what to write under its name first. */
interface Order {
  file: string;
  draft: string;
  text: string;
}

/** Why a file could not be written; `null`: it was. */
type Answer = { code: string; message: string } | null;

/** A file whose writing is awaited. */
interface Waiting extends Order {
  settle: (answer: Answer) => void;
}

/** What the thread runs: it does with each file what `writeByRename` does, in a folder that is there. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { renameSync, rmSync, writeFileSync } = require('node:fs');
parentPort.on('message', (orders) => parentPort.postMessage(orders.map(({ file, draft, text }) => {
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 });
    renameSync(draft, file);
    return null;
  } catch ({ code, message }) {
    try {
      rmSync(draft, { force: true });
    } catch {}
    return { code, message };
  }
})));`;

/**
 * Writes private files by a thread, so that a busy event loop does not wait for the disk. What comes while the thread writes goes to it in one
 * message. Without a thread, or after its end, files are written here.
 */
export class FileThread {
  readonly #program: string;
  #thread: Worker | null = null;
  #hasEnded = false;
  #waiting: Waiting[] = [];
  /** What the thread is writing. */
  #sent: readonly Waiting[] = [];

  /** Another program than ours is one that ends, for tests. */
  constructor(program = PROGRAM) {
    this.#program = program;
  }

  /** Resolves once the file is there; rejects as the call of the system does. Its folder must exist. */
  write(file: string, text: string): Promise<void> {
    if (this.#hasEnded) return writeIntoFolder(file, text);
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer): void => {
        if (answer === null) resolve();
        else reject(Object.assign(new Error(answer.message), { code: answer.code }));
      };
      this.#waiting.push({ file, draft: draftOf(file), text, settle });
      if (this.#sent.length === 0) this.#send();
    });
  }

  #send(): void {
    const thread = this.#open();
    this.#sent = this.#waiting;
    this.#waiting = [];
    if (this.#sent.length === 0) {
      thread.unref();
      return;
    }
    thread.ref();
    thread.postMessage(this.#sent.map(({ file, draft, text }): Order => ({ file, draft, text })));
  }

  #open(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(this.#program, { eval: true });
    thread.on('message', (answers: Answer[]) => {
      const sent = this.#sent;
      this.#send();
      for (const [index, { settle }] of sent.entries()) settle(answers[index] ?? null);
    });
    // An error ends it too.
    thread.on('error', () => undefined);
    thread.once('exit', () => this.#end());
    this.#thread = thread;
    return thread;
  }

  /** What was under way may be there already: it is written once more. */
  #end(): void {
    this.#hasEnded = true;
    const left = [...this.#sent, ...this.#waiting];
    this.#sent = [];
    this.#waiting = [];
    for (const { file, text, settle } of left)
      writeIntoFolder(file, text).then(
        () => settle(null),
        ({ code, message }) => settle({ code, message }),
      );
  }
}

/** From this part of the time on an event loop is busy. With time left it writes itself: a message to a thread takes as long. */
const BUSY = 0.95;
/** How often that is looked at, ms. */
const LOOK_MS = 100;

/** Whether the event loop of this process has no time left. */
class Load {
  #since = performance.eventLoopUtilization();
  #isBusy = false;
  #nextMs = 0;

  isBusy(): boolean {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return this.#isBusy;
    const now = performance.eventLoopUtilization();
    this.#isBusy = performance.eventLoopUtilization(now, this.#since).utilization >= BUSY;
    this.#since = now;
    this.#nextMs = nowMs + LOOK_MS;
    return this.#isBusy;
  }
}

const THREAD = new FileThread();
const LOAD = new Load();

/**
 * Writes a private file, by a thread where the event loop is busy. Rejects as the call of the system does; the folder must exist. Two writes of
 * one file must not overlap.
 */
export function writeUnderLoad(file: string, text: string): Promise<void> {
  return LOAD.isBusy() ? THREAD.write(file, text) : writeIntoFolder(file, text);
}
