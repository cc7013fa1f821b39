import { healthz } from './probes.js';
import type { Route } from './route.js';

/** Everything that the server answers. */
export const ROUTES: readonly Route[] = [healthz];
