import { startDeadline } from '../deadline.js';
import { onAbort } from '../domain/abort.js';
import type { EventSink } from '../domain/events.js';
import { type Failure, failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Request } from '../domain/request.js';
import { ok, type Result } from '../domain/result.js';
import type { Planned } from '../router/planned.js';
import type { ActiveConfig } from './active-config.js';
import type { RunListeners, Service } from './service.js';
import { clientGone } from './turns.js';

/** How a request is run. */
export interface RunOptions {
  /** Aborted when the client goes away: its run is cancelled, and settled. */
  gone: AbortSignal;
  /** Told once the run has an id. */
  planned?: (planned: Planned) => void;
  /** Gets every event; the run waits for it. */
  onEvent?: EventSink;
}

/** Runs one request when its turn comes. The failure is one before there is any invocation. */
export async function runRequest(
  service: Service,
  request: Request,
  options: RunOptions,
): Promise<Result<Invocation, Failure>> {
  const run = await runInTurn(service, request, options);
  if (!run.ok) service.metrics.countRefused(run.error);
  return run;
}

async function runInTurn(
  service: Service,
  request: Request,
  options: RunOptions,
): Promise<Result<Invocation, Failure>> {
  const turn = await service.turns.enter(options.gone);
  if (!turn.ok) return turn;
  const { active, release } = service.configs.use();
  try {
    return await planAndRun(service, active, { ...options, request });
  } finally {
    release();
    turn.value.leave();
  }
}

async function planAndRun(
  service: Service,
  active: ActiveConfig,
  { request, gone, planned: told, onEvent }: RunOptions & { request: Request },
): Promise<Result<Invocation, Failure>> {
  const deadline = startDeadline({
    timeoutMs: request.timeoutMs,
    timeoutOption: 'timeout',
    cancel: [],
    monotonicMs: service.world.clock.monotonic,
  });
  const releases = [
    onAbort(gone, () => deadline.stop(clientGone())),
    onAbort(service.ending, () => deadline.stop(failure('cancelled', 'the server is shutting down'))),
  ];
  let listeners: readonly RunListeners[] = [];
  try {
    const planned = await active.router.plan({ ...request, parent: service.parent });
    if (!planned.ok) return planned;
    told?.(planned.value);
    listeners = service.observers.map((observe) => observe(planned.value, active.config));
    const events = listeners.flatMap((one) => one.events ?? []);
    const logs = listeners.flatMap((one) => one.logs ?? []);
    const own = onEvent === undefined ? [] : [onEvent];
    return ok(await active.router.complete(planned.value, { deadline, events: [...events, ...own], logs }));
  } finally {
    deadline.dispose();
    for (const one of releases) one();
    for (const one of listeners) one.ended?.();
  }
}
