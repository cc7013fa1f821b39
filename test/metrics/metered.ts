import type { RunEvent } from '../../src/domain/events.js';
import type { Invocation } from '../../src/domain/invocation.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { createMetrics, type Metrics, type MetricsInput } from '../../src/metrics/metrics.js';
import type { Host, Stores } from '../../src/router/world.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { routerOf } from '../rig/router.js';
import { seriesOf } from './exposition.js';

/** How a run is made: what the caller asks, and what may end it. */
interface RunOptions {
  deadline?: ReturnType<typeof deadlineOf>;
  /** Sees every event before it is counted. */
  onEvent?: (event: RunEvent) => void | Promise<void>;
}

/** A router whose runs are counted. */
export interface Metered {
  metrics: Metrics;
  run(request?: Partial<Request>, options?: RunOptions): Promise<Invocation>;
  /** The values of one metric now, by the values of its labels. */
  series(name: string): Promise<Record<string, number>>;
}

/** A router by this config, and its metrics. */
export async function metered(
  yaml: string,
  more: Partial<Host & Stores> & Partial<Pick<MetricsInput, 'monotonicMs' | 'budgets'>> = {},
): Promise<Metered> {
  const { monotonicMs = () => performance.now(), budgets = null, ...world } = more;
  const config = configOf(yaml);
  const router = routerOf(config, world);
  const metrics = await createMetrics({ config, monotonicMs, budgets });
  return {
    metrics,
    run: (request = {}, { deadline = deadlineOf(), onEvent = () => {} } = {}) =>
      metrics
        .track(async (observe) => {
          const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello', ...request });
          if (!planned.ok) throw new Error(planned.error.message);
          return router.complete(planned.value, { deadline, events: [onEvent, observe] });
        })
        .finally(() => deadline.dispose()),
    series: async (name) => seriesOf(await metrics.text(), name),
  };
}
