import type { RunEvent } from '../../src/domain/events.js';
import type { Invocation } from '../../src/domain/invocation.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { type BudgetSource, createMetrics, type Metrics } from '../../src/metrics/metrics.js';
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
  /** The body of `/metrics`. */
  text(): Promise<string>;
  /** The values of one metric now, by the values of its labels. */
  series(name: string): Promise<Record<string, number>>;
  /** Goes on with this config. */
  use(yaml: string): void;
}

/** A router by this config, and its metrics. */
export async function metered(
  yaml: string,
  more: Partial<Host & Stores> & { monotonicMs?: () => number; budgets?: BudgetSource } = {},
): Promise<Metered> {
  const { monotonicMs = () => performance.now(), budgets = null, ...world } = more;
  let config = configOf(yaml);
  const metrics = await createMetrics(monotonicMs);
  const text = () => metrics.text(config, budgets);
  return {
    metrics,
    text,
    run: async (request = {}, { deadline = deadlineOf(), onEvent = () => {} } = {}) => {
      const router = routerOf(config, world);
      const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello', ...request });
      if (!planned.ok) throw new Error(planned.error.message);
      const { observe, ended } = metrics.follow(config);
      const running = router.complete(planned.value, { deadline, events: [onEvent, observe] });
      return running.finally(() => {
        ended();
        deadline.dispose();
      });
    },
    series: async (name) => seriesOf(await text(), name),
    use: (changed) => {
      config = configOf(changed);
    },
  };
}
