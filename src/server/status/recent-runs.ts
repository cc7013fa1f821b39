import { newestTraceFiles, readTrace } from '../../trace/store.js';
import type { RunStatus, RunsStatus } from './document.js';
import { runOf } from './run.js';

/** Runs that are shown when they have ended. */
const MOST_ENDED = 50;
/** Traces in which running ones are looked for: a run that outlasts so many others was seen before. */
const MOST_READ = 200;
/** Files read at once. */
const AT_ONCE = 16;

/** Reads the newest runs of a folder of traces. */
export interface RecentRuns {
  /** The state now. Rejects with the system's error for a folder that cannot be read. */
  read(): Promise<RunsStatus>;
}

/** Remembers what has ended, so that each trace is read once more after its end and then never again. */
export function recentRuns(dir: string): RecentRuns {
  let shown: readonly RunStatus[] = [];
  let running = new Map<string, string>();
  /** Older than those that are shown, or damaged. */
  let passedOver = new Set<string>();
  return {
    read: async () => {
      const newest = await newestTraceFiles(dir, MOST_READ);
      const files = new Map([...newest.map(({ id, file }) => [id, file] as const), ...running]);
      const isKnown = new Set([...passedOver, ...shown.map(({ id }) => id)]);
      const unread = [...files].filter(([id]) => !isKnown.has(id));
      const runs = await readAll(unread);
      const live = runs.filter(isLive).sort(newestFirst);
      const ended = [...shown.filter(({ id }) => files.has(id)), ...runs.filter((run) => !isLive(run))];
      shown = ended.sort(newestFirst).slice(0, MOST_ENDED);
      running = new Map(live.map(({ id }) => [id, files.get(id) ?? '']));
      const isOpen = new Set([...shown.map(({ id }) => id), ...running.keys()]);
      passedOver = new Set([...files.keys()].filter((id) => !isOpen.has(id)));
      return { running: live, recent: shown };
    },
  };
}

function isLive({ now }: RunStatus): boolean {
  return now !== null;
}

async function readAll(files: readonly (readonly [id: string, file: string])[]): Promise<RunStatus[]> {
  const runs: RunStatus[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const part = files.slice(start, start + AT_ONCE);
    const traces = await Promise.all(part.map(([, file]) => readTrace(file)));
    runs.push(
      ...traces.flatMap((trace, index) =>
        // A trace is known by the name of its file, whatever id it claims.
        trace === 'damaged' || trace === 'gone' ? [] : [{ ...runOf(trace), id: part[index]?.[0] ?? '' }],
      ),
    );
  }
  return runs;
}

function newestFirst(a: RunStatus, b: RunStatus): number {
  return a.id < b.id ? 1 : -1;
}
