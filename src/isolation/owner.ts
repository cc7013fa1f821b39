import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { makeFolder, readOwnFileNow, writeByRename } from '../files.js';
import { identityFrom, type ProcessIdentity } from '../process/identity.js';
import { livenessOf, ownIdentity } from '../process/this-process.js';

/** Whose an isolated work tree is, and of which repository; kept beside it until it is removed. */
export interface Owner {
  process: ProcessIdentity;
  /** The folder that all work trees of the repository share. */
  commonDir: string;
  /** Patterns of ignored files that belong to its snapshots. */
  included: readonly string[];
  /** What the run left is in its history: what is there now may come from elsewhere. */
  isKept: boolean;
}

/** The work tree of an isolated run, and the file that says whose it is. */
export function placesOf(dir: string, id: string): { tree: string; owner: string } {
  return { tree: path.join(dir, id), owner: path.join(dir, `${id}.json`) };
}

/** Says that the work tree of a run belongs to this process; before anything of it is made. */
export async function claim(dir: string, id: string, owner: Omit<Owner, 'process'>): Promise<void> {
  await makeFolder(dir, { private: true });
  const text = JSON.stringify({ version: 1, process: ownIdentity(), ...owner });
  for (let left = CLAIM_ATTEMPTS - 1; ; left--) {
    try {
      return await writeByRename(placesOf(dir, id).owner, `${text}\n`, { private: true });
    } catch (error) {
      const wasRemoved = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!wasRemoved || left === 0) throw error;
    }
  }
}

/** `removeDrafts` of another process may take a file away before it has its name. */
const CLAIM_ATTEMPTS = 5;

/** Removes the file that says whose a work tree is; after all else of it. */
export async function release(dir: string, id: string): Promise<void> {
  await rm(placesOf(dir, id).owner, { force: true });
}

/** The work trees whose processes have ended, by the ids of their runs. */
export function orphans(dir: string): { id: string; owner: Owner }[] {
  return namesIn(dir).flatMap((name) => {
    const id = OWNER_FILE.exec(name)?.[1];
    const owner = id === undefined ? null : ownerIn(placesOf(dir, id).owner);
    if (id === undefined || owner === null || livenessOf(owner.process) !== 'dead') return [];
    return [{ id, owner }];
  });
}

const OWNER_FILE = /^([0-9A-HJKMNP-TV-Z]{26})\.json$/;
const DRAFT = /^[0-9A-HJKMNP-TV-Z]{26}\.json\.\w+\.part$/;

/**
 * Removes what processes have left that were killed while they wrote whose a work tree is. A file that does not say yet whose it is goes
 * too: a process that is still writing it writes it again.
 */
export async function removeDrafts(dir: string): Promise<void> {
  const left = namesIn(dir)
    .filter((name) => DRAFT.test(name))
    .map((name) => path.join(dir, name))
    .filter(isLeft);
  await Promise.all(left.map((file) => rm(file, { force: true })));
}

function isLeft(draft: string): boolean {
  const owner = ownerIn(draft);
  return owner === null || livenessOf(owner.process) === 'dead';
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function ownerIn(file: string): Owner | null {
  try {
    const data = parseJson(readOwnFileNow(file));
    if (!isMap(data) || data.version !== 1 || typeof data.commonDir !== 'string') return null;
    const owner = identityFrom(data.process);
    const included = Array.isArray(data.included) ? data.included : [];
    if (owner === null) return null;
    return {
      process: owner,
      commonDir: data.commonDir,
      included: included.filter((one) => typeof one === 'string'),
      isKept: data.isKept === true,
    };
  } catch {
    return null;
  }
}
