import type { EventSink } from '../domain/events.js';
import type { RouterDeps } from './router.js';
import type { Caretaker } from './running/end-left-runs.js';
import type { KnownRun } from './running/keep-record.js';

/**
 * The sink, with a record of the run on disk from the start of its tool to its end, and with a look at what killed routers
 * left. Nothing of it happens before the tool was started; trouble with it is not the run's.
 */
export function withRunRecord(run: KnownRun | null, deps: RouterDeps, emit: EventSink): EventSink {
  if (run === null) return emit;
  let looked: Promise<unknown> | null = null;
  return async (event) => {
    if (event.type === 'attempt.started' && event.pid !== null) {
      const { keepRecord } = await import('./running/keep-record.js');
      await keepRecord(run, event.pid).catch(() => undefined);
      looked ??= lookAfterOthers(run, deps);
    }
    if (event.type !== 'invocation.finished' || looked === null) return emit(event);
    await emit(event);
    const { dropRecord } = await import('./running/keep-record.js');
    dropRecord(run);
    await looked;
  };
}

async function lookAfterOthers(run: KnownRun, deps: RouterDeps): Promise<void> {
  const { endLeftRuns } = await import('./running/end-left-runs.js');
  await endLeftRuns(caretakerOf({ dir: run.dir, ownId: run.id }, deps));
}

/** How this process looks after the runs of others. */
export function caretakerOf(
  own: { dir: string; ownId: string | null },
  { env, urgent, clock }: RouterDeps,
): Caretaker {
  const ownRootId = env.LLM_ROUTER_ROOT_ID ?? null;
  return { ...own, ownRootId, urgent, monotonicMs: clock.monotonic, now: clock.now };
}
