import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { idTime } from '../domain/id.js';
import { parseJson } from '../domain/json.js';
import { codeOf } from '../domain/system-error.js';
import { makeFolder, writeByRename, writeIntoFolder } from '../files.js';
import { livenessOf } from '../process/this-process.js';
import type { TraceDocument } from './document.js';
import { foldersIn, namesIn, readTraceText } from './files.js';

/** Traces, and files that cannot be read. */
export interface FoundTraces {
  traces: TraceDocument[];
  /** Paths of invalid files. */
  damaged: string[];
}

/** A filter for traces, newest first. */
export interface TraceQuery {
  /** The most to return. */
  last: number;
  matches?: (trace: TraceDocument) => boolean;
  /** Earliest start, ms since the epoch. */
  sinceMs?: number | null;
}

/** Keeps traces. */
export interface TraceWriter {
  /** Writes a trace, over an earlier one of the same run; rejects when that fails. */
  write(document: TraceDocument): Promise<void>;
}

/** Where traces are kept: a folder, absolute, or a store of a program's own. */
export type TracePlace = { dir: string; writeText?: WriteText } | { store: TraceWriter };

/** Writes a private file into a folder that is there; rejects as the call of the system does. */
export type WriteText = (file: string, text: string) => Promise<void>;

/** The folder of a place; `null`: it has none. */
export function folderOf(place: TracePlace): string | null {
  return 'dir' in place ? place.dir : null;
}

/** Stores and finds traces. */
export interface TraceStore extends TraceWriter {
  /** Newest first. A `running` trace of a dead process has the status `interrupted`. */
  list(query: TraceQuery): Promise<FoundTraces>;
  /** Traces whose id starts with `prefix`, in any case. */
  find(prefix: string): Promise<FoundTraces>;
  /** Every trace that matches and started on one of these days (`YYYYMMDD`), newest first. */
  onDays(days: (day: string) => boolean, matches: (trace: TraceDocument) => boolean): Promise<FoundTraces>;
  /** Every trace that matches and started within this time, newest first; no others are read. */
  within(time: TraceTime, matches: (trace: TraceDocument) => boolean): Promise<FoundTraces>;
}

/** A span of time, ms since the epoch. */
export interface TraceTime {
  fromMs: number;
  toMs: number;
}

/** One JSON file per invocation, in a folder per UTC day; private to the user. */
export function fileTraceStore(dir: string, writeText: WriteText = writeIntoFolder): TraceStore {
  let isHidden = false;
  let checked: { folder: string; atMs: number } | null = null;
  return {
    write: async (document) => {
      const file = pathOf(dir, document);
      const folder = path.dirname(file);
      const text = `${JSON.stringify(document, null, 1)}\n`;
      const nowMs = Date.now();
      const isChecked = checked?.folder === folder && Math.abs(nowMs - checked.atMs) < CHECKED_MS;
      if (isChecked && (await isWritten(() => writeText(file, text)))) return endJournal(file, document);
      // Only the traces are private: the folder around them also holds configs, which other users of the project read.
      if (isInProject(dir)) await makeFolder(path.dirname(dir), { private: false });
      // A project may hold a link by the name of a day, which would lead the trace out of its folder.
      const how = { private: true, refusesLinkedFolder: true };
      await writeByRename(file, text, how);
      checked = { folder, atMs: nowMs };
      if (!isHidden) keepOutOfGit(dir);
      isHidden = true;
      return endJournal(file, document);
    },
    list: ({ last, matches = () => true, sinceMs = null }) =>
      collect(dir, { last, matches, wantsDay: notBefore(sinceMs), wantsId: () => true }),
    find: (prefix) => {
      const wantsId = (id: string) => id.startsWith(prefix.toUpperCase());
      return collect(dir, { last: MOST_FOUND, matches: () => true, wantsDay: () => true, wantsId });
    },
    onDays: (wantsDay, matches) =>
      collect(dir, { last: Number.POSITIVE_INFINITY, matches, wantsDay, wantsId: () => true }),
    within: ({ fromMs, toMs }, matches) => {
      const [firstDay, lastDay] = [dayOf(fromMs), dayOf(toMs)];
      const [first, last] = [idTime(fromMs), idTime(toMs)];
      const wantsDay = (day: string) => day >= firstDay && day <= lastDay;
      const wantsId = (id: string) => id >= first && id.slice(0, last.length) <= last;
      return collect(dir, { last: Number.POSITIVE_INFINITY, matches, wantsDay, wantsId });
    },
  };
}

/** How long a folder that was checked is not looked at again, ms. */
const CHECKED_MS = 1000;

/** A finished trace has the calls that its journal kept. */
async function endJournal(file: string, { status, attempts }: TraceDocument): Promise<void> {
  if (status === 'running' || attempts.every(({ calls }) => calls === null)) return;
  const { removeJournal } = await import('./journal-reader.js');
  await removeJournal(file).catch(() => undefined);
}

/** Writes into a folder that was checked just now; false: it is gone. */
async function isWritten(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return false;
  }
}

/** The folder of a time: its day in UTC, `YYYYMMDD`. */
export function dayOf(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Names of folders and files. */
const DAY = /^\d{8}$/;
const TRACE = /^[0-9A-Z]{26}\.json$/;
/** More than a message lists as ambiguous ids. */
const MOST_FOUND = 20;
/** Files read at once: enough to keep the disk busy, few enough to waste little. */
const AT_ONCE = 16;

function isInProject(dir: string): boolean {
  return dir.endsWith(path.join('.llm-router', 'traces'));
}

function pathOf(dir: string, { id, started_at }: TraceDocument): string {
  return traceFile(dir, id, started_at);
}

/** The file of an invocation's trace. */
export function traceFile(dir: string, id: string, startedAt: string): string {
  return path.join(dir, dayOf(startedAt), `${id}.json`);
}

/** Traces are inside the user's project: without this they would show up in `git status`. */
function keepOutOfGit(dir: string): void {
  try {
    writeFileSync(path.join(dir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function notBefore(sinceMs: number | null): (day: string) => boolean {
  if (sinceMs === null) return () => true;
  const first = dayOf(sinceMs);
  return (day) => day >= first;
}

interface Search {
  last: number;
  matches: (trace: TraceDocument) => boolean;
  wantsDay: (day: string) => boolean;
  wantsId: (id: string) => boolean;
}

/** Walks the days backwards and reads only as many files as needed, since ids sort by time. */
async function collect(dir: string, search: Search): Promise<FoundTraces> {
  const found: FoundTraces = { traces: [], damaged: [] };
  for (const day of (await foldersIn(dir, DAY)).filter(search.wantsDay)) {
    const names = await namesIn(path.join(dir, day), TRACE);
    const wanted = names.filter((name) => search.wantsId(path.basename(name, '.json')));
    for (let start = 0; start < wanted.length && found.traces.length < search.last; start += AT_ONCE) {
      const missing = search.last - found.traces.length;
      const files = wanted.slice(start, start + AT_ONCE).map((name) => path.join(dir, day, name));
      await readInto(found, files, { ...search, last: missing });
    }
    if (found.traces.length >= search.last) break;
  }
  return found;
}

async function readInto(found: FoundTraces, files: readonly string[], search: Search): Promise<void> {
  const read = await Promise.all(files.map(readTrace));
  let missing = search.last;
  for (const [index, trace] of read.entries()) {
    if (missing === 0) return;
    if (trace === 'damaged') found.damaged.push(files[index] ?? '');
    if (trace === 'damaged' || trace === 'gone' || !search.matches(trace)) continue;
    found.traces.push(trace);
    missing--;
  }
}

/** The ids and files of the newest traces, newest first, without a look into them. */
export async function newestTraceFiles(dir: string, most: number): Promise<{ id: string; file: string }[]> {
  const found: { id: string; file: string }[] = [];
  for (const day of await foldersIn(dir, DAY)) {
    const names = await namesIn(path.join(dir, day), TRACE);
    for (const name of names.slice(0, most - found.length))
      found.push({ id: path.basename(name, '.json'), file: path.join(dir, day, name) });
    if (found.length >= most) break;
  }
  return found;
}

/** One trace; `gone`: removed by another process since its name was read. */
export async function readTrace(file: string): Promise<TraceDocument | 'damaged' | 'gone'> {
  try {
    const { asTrace } = await import('./as-trace.js');
    const trace = asTrace(parseJson(await readTraceText(file)));
    return trace === null ? 'damaged' : await asOfNow(trace, file);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : 'damaged';
  }
}

/** One trace, as of now; `null`: there is none that can be read. */
export async function readTraceFile(file: string): Promise<TraceDocument | null> {
  const trace = await readTrace(file);
  return typeof trace === 'string' ? null : trace;
}

/** A killed router did not write the end of its trace. */
async function asOfNow(trace: TraceDocument, file: string): Promise<TraceDocument> {
  if (trace.status !== 'running') return trace;
  const { pid, host, boot_id: bootId, start_ticks: startTicks } = trace.router;
  // Traces of earlier versions have no PID namespace.
  const pidNamespace = trace.router.pid_namespace ?? null;
  const isDead = livenessOf({ host, bootId, pidNamespace, pid, startTicks }) === 'dead';
  const { withJournal } = await import('./journal-reader.js');
  const whole = await withJournal(trace, { file, isDead });
  return isDead ? { ...whole, status: 'interrupted' } : whole;
}
