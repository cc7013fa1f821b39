import type { BudgetSource } from '../metrics/metrics.js';
import { send } from './reply.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/** The metrics in the text format of Prometheus. */
export const metrics: Route = {
  method: 'GET',
  path: '/metrics',
  handle: async ({ response, service }) => {
    const text = await service.metrics.text(service.active().config, budgetsOf(service));
    send(response, 200, text, { 'content-type': service.metrics.contentType });
  },
};

/** Where the spend of all processes is read; `null`: no limit applies to anything. */
function budgetsOf(service: Service): BudgetSource | null {
  const { ledger } = service.active().stores;
  if (ledger === null) return null;
  const { project, warn } = ledger;
  const { now } = service.world.clock;
  return {
    project,
    now,
    warn,
    spend: (queries) => ledger.read((reader) => reader.spend(queries)),
  };
}
