import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { ok, type Result } from '../domain/result.js';
import { makeFolder, readOwnFileNow, writeByRename } from '../files.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';
import { identityFrom, type ProcessIdentity } from '../process/identity.js';
import { livenessOf, ownIdentity } from '../process/this-process.js';
import { historyOf, idOf } from './history.js';
import { worktreeOf } from './worktree.js';

/** A run, and the calls that it is made within. */
export interface Family {
  id: string;
  /** `null`: no other run started it. */
  parentId: string | null;
  /** The outermost one; itself where none started it. */
  rootId: string;
}

/** A run that has an attempt in a work tree, or had when its process was killed. */
interface ActiveRun extends Family {
  process: ProcessIdentity;
  /** ms since the epoch. */
  startedMs: number;
}

/** Says that an attempt of a run works in a work tree from now on. */
export async function beginWork({ gitDir }: Repository, family: Family): Promise<void> {
  const folder = path.join(gitDir, FOLDER);
  await makeFolder(folder, { private: true });
  for (const run of activeRuns(folder)) if (isOver(run)) await endWork({ gitDir }, run.id);
  const text = JSON.stringify({ version: 1, ...family, process: ownIdentity(), startedMs: Date.now() });
  await writeByRename(path.join(folder, `${family.id}.json`), `${text}\n`, { private: true });
}

/** Says that it does no longer. */
export async function endWork({ gitDir }: Pick<Repository, 'gitDir'>, id: string): Promise<void> {
  await rm(path.join(gitDir, FOLDER, `${id}.json`), { force: true });
}

/** In the folder of a work tree. */
const FOLDER = 'llm-router/runs';
/** Longer than an attempt; of a process on another system is not known whether it lives, ms. */
const LONGEST_MS = 24 * 3_600_000;

function isOver({ process, startedMs }: ActiveRun): boolean {
  return livenessOf(process) === 'dead' || Date.now() - startedMs > LONGEST_MS;
}

/** Other runs that work in the work tree now, apart from those that this one is made within or has made. */
export function workingNow({ gitDir }: Repository, family: Family): string[] {
  const runs = activeRuns(path.join(gitDir, FOLDER));
  return unrelated(
    runs.filter((run) => !isOver(run)),
    family,
    runs,
  );
}

/** Other runs that have worked in the work tree since a time, or that were working when they were killed since. */
export async function workedSince(
  repository: Repository,
  family: Family,
  sinceMs: number,
): Promise<Result<string[], Trouble>> {
  const listed = await repository.git([
    'for-each-ref',
    '--format=%(committerdate:unix) %(refname)',
    'refs/llm-router/',
  ]);
  if (listed.exitCode !== 0) return { ok: false, error: troubleOf(listed, 'the snapshots cannot be listed') };
  const runs = activeRuns(path.join(repository.gitDir, FOLDER));
  const worked: Family[] = runs.filter((run) => !isOver(run) || run.startedMs > sinceMs);
  for (const line of listed.stdout.toString('latin1').split('\n')) {
    const [seconds = '', name = ''] = line.split(' ');
    const id = idOf(name);
    if (id === null || id === family.id || (Number(seconds) + 1) * 1000 < sinceMs) continue;
    const states = await historyOf(repository, id);
    if (!states.ok) continue;
    const later = states.value.find(
      (state) => state.worktree === worktreeOf(repository) && state.atMs > sinceMs && state.kind !== 'before',
    );
    if (later !== undefined) worked.push({ id, parentId: later.parentId, rootId: later.rootId ?? id });
  }
  return ok(unrelated(worked, family, [...runs, ...worked]));
}

function unrelated(runs: readonly Family[], family: Family, known: readonly Family[]): string[] {
  const parents = new Map([...known, family].map(({ id, parentId }) => [id, parentId]));
  const isWithin = (inner: Family, outer: Family): boolean => {
    if (inner.rootId === outer.id) return true;
    const seen = new Set<string>();
    for (let at = inner.parentId; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
      if (at === outer.id) return true;
      seen.add(at);
    }
    return false;
  };
  const others = runs.filter(
    (run) => run.id !== family.id && !isWithin(run, family) && !isWithin(family, run),
  );
  return [...new Set(others.map(({ id }) => id))].sort();
}

function activeRuns(folder: string): ActiveRun[] {
  return namesIn(folder).flatMap((name) => {
    try {
      const data = parseJson(readOwnFileNow(path.join(folder, name)));
      const process = isMap(data) ? identityFrom(data.process) : null;
      if (!isMap(data) || process === null || typeof data.id !== 'string') return [];
      const { id, parentId, rootId, startedMs } = data;
      return [
        {
          id,
          process,
          parentId: typeof parentId === 'string' ? parentId : null,
          rootId: typeof rootId === 'string' ? rootId : id,
          startedMs: typeof startedMs === 'number' ? startedMs : 0,
        },
      ];
    } catch {
      return [];
    }
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
