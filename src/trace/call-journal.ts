import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ProviderCall } from '../domain/attempt.js';
import type { Cost } from '../domain/cost.js';
import { callDocument, costDocument } from '../domain/document.js';

/** Where a call of an attempt stands in its journal. */
export interface CallPlace {
  /** Number of the attempt. */
  attempt: number;
  /** Number of the call in it, from 1. */
  call: number;
}

/** What is appended: a call that begins, with what it holds as its cost, or one that has ended. */
export type JournalEntry = CallPlace &
  ({ begun: { model: string | null; cost: Cost } } | { ended: ProviderCall });

/** The calls of a run as they begin and end, on disk beside its trace until that has them: a killed router loses none. */
export class CallJournal {
  readonly #file: string;
  readonly #masked: (entry: object) => object;
  #descriptor: number | null = null;
  /** Lines from before the folder of the trace was there. */
  #early: string[] = [];
  #isBroken = false;

  /** `masked` takes secrets and private texts out. */
  constructor(trace: string, masked: (entry: object) => object) {
    this.#file = journalOf(trace);
    this.#masked = masked;
  }

  /** Appends one entry at once. A journal that cannot be written is given up: the end of the run has its calls. */
  append(entry: JournalEntry): void {
    if (this.#isBroken) return;
    this.#early.push(`${JSON.stringify(this.#masked(documentOf(entry)))}\n`);
    try {
      this.#descriptor ??= open(this.#file);
      if (this.#descriptor !== null) writeSync(this.#descriptor, this.#early.splice(0).join(''));
    } catch {
      this.#isBroken = true;
    }
  }

  /** Closes the file; its calls stay for readers until the trace has them. */
  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** The journal beside a trace. */
export function journalOf(trace: string): string {
  return trace.replace(/\.json$/, '.calls');
}

function documentOf(entry: JournalEntry): object {
  const { attempt, call } = entry;
  if ('ended' in entry) return { attempt, call, ended: callDocument(entry.ended) };
  const { model, cost } = entry.begun;
  return { attempt, call, begun: { model, cost: costDocument(cost) } };
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** `null`: the folder of the trace is not there yet. Not through a link: a project may hold one by the name of a day. */
function open(file: string): number | null {
  const folder = lstatSync(path.dirname(file), { throwIfNoEntry: false });
  if (folder === undefined) return null;
  if (!folder.isDirectory()) throw new Error('its folder is a link');
  return openSync(file, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
}
