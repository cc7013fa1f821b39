import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Cooldown } from '../domain/facts.js';
import { FAILURES, type FailureType } from '../domain/failure.js';
import { isMap } from '../domain/lookup.js';
import { FileRefused, readRegularFile, writeByRename } from '../files.js';
import { type CooldownState, type CoolingPair, NO_COOLDOWNS } from '../policy/cooldown.js';

/** Cooldowns of tools, shared by all processes of the user. */
export interface CooldownStore {
  /** The current state; empty where the file is missing or damaged. */
  read(): Promise<CooldownState>;
  /**
   * Changes the state; returning the same state writes nothing. Of two concurrent writes one is lost, and the next failure of that tool
   * restores it. A file that cannot be written is left as it is.
   */
  change(change: (state: CooldownState) => CooldownState): Promise<void>;
  /** Removes all cooldowns; rejects with the system's error, or with the reason that a shared ledger cannot be changed. */
  clear(): Promise<void>;
}

/** More than any number of tools and models needs. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The state as a JSON file, private to the user and written by rename. A file that another user may have written is not believed, which
 * `warn` is told of once.
 */
export function fileCooldowns(file: string, warn: (message: string) => void = () => {}): CooldownStore {
  let isWarned = false;
  const refuse = (error: unknown): null => {
    if (error instanceof FileRefused && !isWarned) {
      isWarned = true;
      warn(`the cooldowns in \`${file}\` are not believed: ${error.message}`);
    }
    return null;
  };
  let known: { version: string; state: CooldownState } | null = null;
  const read = async (): Promise<CooldownState> => {
    const version = versionOf(file);
    if (version === null) return NO_COOLDOWNS;
    if (known?.version === version) return known.state;
    const bytes = await readRegularFile(file, { maxBytes: MAX_BYTES, isOwn: true }).catch(refuse);
    if (bytes === null) return NO_COOLDOWNS;
    // Of a file that was replaced meanwhile, the version is too old, so that the next call reads it again.
    const state = parse(bytes.toString('utf8'));
    known = { version, state };
    return state;
  };
  return {
    read,
    change: async (change) => {
      const before = await read();
      const after = change(before);
      if (after === before) return;
      await writeByRename(file, serialise(after), { private: true }).catch(() => {});
    },
    clear: () => rm(file, { force: true }),
  };
}

/**
 * Differs after every change: each is a new file by rename, and its content is believed as long as it is the one that was read. One
 * synchronous look takes a tenth of the time of opening and reading. `null`: there is no file.
 */
function versionOf(file: string): string | null {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found === undefined
      ? null
      : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
  } catch {
    return null;
  }
}

function serialise({ cooldowns, failures }: CooldownState): string {
  const document = {
    version: 1,
    cooldowns: cooldowns.map(({ tool, model, reason, untilMs }) => ({
      tool,
      model,
      reason,
      until: new Date(untilMs).toISOString(),
    })),
    failures: failures.map(({ tool, model, atMs }) => ({ tool, model, at: new Date(atMs).toISOString() })),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function parse(text: string): CooldownState {
  if (text === '') return NO_COOLDOWNS;
  try {
    const document: unknown = JSON.parse(text);
    return {
      cooldowns: listOf(document, 'cooldowns').flatMap(cooldownOf),
      failures: listOf(document, 'failures').flatMap(failureOf),
    };
  } catch {
    return NO_COOLDOWNS;
  }
}

function listOf(document: unknown, key: string): Record<string, unknown>[] {
  const list = isMap(document) ? document[key] : null;
  return Array.isArray(list) ? list.filter(isMap) : [];
}

function cooldownOf(entry: Record<string, unknown>): Cooldown[] {
  const untilMs = Date.parse(String(entry.until));
  const reason = String(entry.reason);
  if (!isPair(entry) || Number.isNaN(untilMs) || !isFailureType(reason)) return [];
  return [{ tool: entry.tool, model: entry.model, reason, untilMs }];
}

function failureOf(entry: Record<string, unknown>): (CoolingPair & { atMs: number })[] {
  const atMs = Date.parse(String(entry.at));
  return isPair(entry) && !Number.isNaN(atMs) ? [{ tool: entry.tool, model: entry.model, atMs }] : [];
}

function isPair(entry: object): entry is CoolingPair {
  if (!('tool' in entry) || !('model' in entry)) return false;
  return typeof entry.tool === 'string' && (entry.model === null || typeof entry.model === 'string');
}

function isFailureType(word: string): word is FailureType {
  return Object.hasOwn(FAILURES, word);
}
