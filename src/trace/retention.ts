import { lstatSync } from 'node:fs';
import { rmdir, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../domain/calendar.js';
import { idTime } from '../domain/id.js';
import { codeOf } from '../domain/system-error.js';
import { foldersIn, namesIn } from './files.js';
import { dayOf } from './store.js';

/** Result of a clean-up; `isDone` is false when more is left than the limit allowed. */
export interface Pruned {
  removed: number;
  isDone: boolean;
}

/** Removes the traces of invocations that started before a time, oldest first, at most so many. Other files stay. */
export async function pruneTraces(
  dir: string,
  { beforeMs, atMost = Number.POSITIVE_INFINITY }: { beforeMs: number; atMost?: number },
): Promise<Pruned> {
  let removed = 0;
  const days = (await foldersIn(dir, /^\d{8}$/)).filter((name) => name <= dayOf(beforeMs));
  for (const day of days.reverse()) {
    const folder = path.join(dir, day);
    const old = (await namesIn(folder, TRACE)).filter((name) => name < idTime(beforeMs)).reverse();
    const now = old.slice(0, atMost - removed);
    for (let start = 0; start < now.length; start += AT_ONCE) {
      await Promise.all(
        now.slice(start, start + AT_ONCE).map((name) => unlink(path.join(folder, name)).catch(gone)),
      );
    }
    removed += now.length;
    await rmdir(folder).catch(() => undefined); // not empty: something else is kept there
    if (now.length < old.length) return { removed, isDone: false };
  }
  return { removed, isDone: true };
}

/** The most that one run removes: about 20 ms of work. */
const IN_PASSING = 500;
/** Removes older traces once a day, and returns whether that was due; what exceeds the limit of one run is left to the next. */
export async function keepDays(
  dir: string,
  { days, nowMs }: { days: number; nowMs: number },
): Promise<boolean> {
  const marker = path.join(dir, '.pruned');
  const last = lstatSync(marker, { throwIfNoEntry: false });
  if (last !== undefined && dayOf(last.mtimeMs) === dayOf(nowMs)) return false;
  const { isDone } = await pruneTraces(dir, { beforeMs: nowMs - days * DAY_MS, atMost: IN_PASSING });
  if (!isDone) return true;
  await unlink(marker).catch(gone);
  await writeFile(marker, '', { flag: 'wx', mode: 0o600 });
  return true;
}

/** A trace, or what a killed run has left: a draft, or the journal of its calls. */
const TRACE = /^[0-9A-Z]{26}\.(?:json(?:\.[\da-f.]*part)?|calls)$/;
const AT_ONCE = 64;

/** Another process removed it first. */
function gone(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
