import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeByRename } from '../files.js';
import type { TraceDocument } from './document.js';

/** Where traces are kept and found again. */
export interface TraceStore {
  /** Rejects when the trace cannot be written; the caller warns and goes on. */
  write(document: TraceDocument): Promise<void>;
  /** Newest first, at most `last`; files that cannot be read are named and skipped. */
  list(query: { last: number }): Promise<{ traces: TraceDocument[]; damaged: string[] }>;
  /** Traces whose id starts with `prefix`, in any case. */
  find(prefix: string): Promise<{ traces: TraceDocument[]; damaged: string[] }>;
}

/** One JSON file per invocation, in a folder per UTC day; private to the user. */
export function fileTraceStore(dir: string): TraceStore {
  return {
    write: (document) => write(dir, document),
    list: ({ last }) => collect(dir, { last, matches: () => true }),
    find: (prefix) => collect(dir, { last: 20, matches: (id) => id.startsWith(prefix.toUpperCase()) }),
  };
}

async function write(dir: string, document: TraceDocument): Promise<void> {
  const day = document.started_at.slice(0, 10).replaceAll('-', '');
  const file = path.join(dir, day, `${document.id}.json`);
  await makeFolder(path.dirname(file), { private: true });
  await keepOutOfGit(dir);
  await writeByRename(file, `${JSON.stringify(document, null, 1)}\n`, { private: true });
}

/** Traces stand inside the user's project: without this they would show up in `git status`. */
async function keepOutOfGit(dir: string): Promise<void> {
  await writeFile(path.join(dir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** Walks the days backwards and reads no file that is not asked for: ids sort by time. */
async function collect(
  dir: string,
  { last, matches }: { last: number; matches: (id: string) => boolean },
): Promise<{ traces: TraceDocument[]; damaged: string[] }> {
  const traces: TraceDocument[] = [];
  const damaged: string[] = [];
  for (const day of await namesIn(dir, /^\d{8}$/)) {
    for (const name of await namesIn(path.join(dir, day), /^[0-9A-Z]{26}\.json$/)) {
      if (traces.length >= last) return { traces, damaged };
      if (!matches(path.basename(name, '.json'))) continue;
      const file = path.join(dir, day, name);
      const trace = await readTrace(file);
      if (trace === null) damaged.push(file);
      else traces.push(trace);
    }
  }
  return { traces, damaged };
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .reverse();
}

async function readTrace(file: string): Promise<TraceDocument | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isTrace(value) ? value : null;
  } catch {
    return null;
  }
}

/** The fields that every reader relies on; the rest is checked where it is shown. */
function isTrace(value: unknown): value is TraceDocument {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'id' in value &&
    'started_at' in value &&
    'status' in value &&
    'attempts' in value &&
    'plan' in value &&
    'request' in value
  );
}
