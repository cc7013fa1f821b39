import type { EventSink, RunEvent } from '../../domain/events.js';
import { folderOf, traceFile } from '../../trace/store.js';
import type { Planned } from '../planned.js';
import type { RouterWorld, Stores } from '../world.js';
import type { Finder } from './end-interrupted-runs.js';
import { type RunRecorder, runRecorder } from './run-recorder.js';

/** Context for finding runs of killed routers. */
type Cleaner = Pick<RouterWorld, 'host' | 'stores' | 'urgent'>;

/** The record of a planned run, on disk while its tools work; `null`: none is kept. */
export function runRecorderOf(
  { runningDir, traces }: Stores,
  { id, request, startedAt }: Planned,
): RunRecorder | null {
  if (runningDir === null) return null;
  const rootId = request.parent?.rootId ?? id;
  const dir = traces && folderOf(traces.place);
  const trace = dir && traceFile(dir, id, startedAt);
  return runRecorder({ dir: runningDir, id, rootId, startedAt, depth: request.parent?.depth ?? 0, trace });
}

/**
 * The sink of a run that also ends runs of killed routers: while the first tool works, or at the end of a run without any. The
 * run's own record is removed at its end.
 */
export function withCleanUp(
  { recorder, planned }: { recorder: RunRecorder | null; planned: Planned },
  world: Cleaner,
  emit: EventSink,
): EventSink {
  if (recorder === null) return emit;
  const isDue = dueOnce(world);
  let cleanUp: Promise<unknown> | null = null;
  const end = async (event: RunEvent): Promise<void> => {
    await emit(event);
    recorder.remove();
    await cleanUp;
  };
  return (event) => {
    const isLast = event.type === 'invocation.finished';
    if (isDue && (isLast || event.type === 'attempt.started')) cleanUp ??= endOthers(planned.id, world);
    return isLast ? end(event) : emit(event);
  };
}

/** How long a router does not look again for runs of killed ones, ms: requests of a program come in quick succession. */
const LOOKED_MS = 1000;

/** When each router looked last, ms of its monotonic clock. */
const LOOKED = new WeakMap<Stores, number>();

/** Whether a router looks for runs of killed ones now. */
function dueOnce({ host, stores }: Cleaner): boolean {
  const nowMs = host.clock.monotonic();
  const lastMs = LOOKED.get(stores);
  if (lastMs !== undefined && nowMs < lastMs + LOOKED_MS) return false;
  LOOKED.set(stores, nowMs);
  return true;
}

/** Ends what routers that were killed have left of their runs; `ownId`: the run that asks. */
export async function endOthers(ownId: string | null, world: Cleaner): Promise<void> {
  const { runningDir } = world.stores;
  if (runningDir === null) return;
  const { endInterruptedRuns } = await import('./end-interrupted-runs.js');
  await endInterruptedRuns(finderOf({ dir: runningDir, ownId }, world));
}

/** Context of this process for finding interrupted runs. */
export function finderOf(
  own: { dir: string; ownId: string | null },
  { host: { env, clock }, urgent }: Cleaner,
): Finder {
  const ownRootId = env.LLM_ROUTER_ROOT_ID ?? null;
  return { ...own, ownRootId, urgent, monotonicMs: clock.monotonic, now: clock.now };
}
