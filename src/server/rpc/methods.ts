import { complete } from './complete.js';
import { health } from './health.js';
import type { Method } from './method.js';
import { metrics } from './metrics.js';
import { models } from './models.js';
import { plan } from './plan.js';
import { methodsOf, ping, version } from './self.js';
import { stream } from './stream.js';

/** Every method but the one that lists them. */
const NAMED: readonly Method[] = [complete, stream, plan, models, metrics, health, ping, version];

/** Every method. A new one is a file, and a line above. */
export const METHODS: readonly Method[] = [...NAMED, methodsOf(NAMED)];
