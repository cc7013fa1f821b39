import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../domain/failure.js';
import { VERSION } from '../version.generated.js';
import type { ActiveConfig } from './active-config.js';
import { send, sendFailure } from './reply.js';
import type { Route } from './route.js';
import type { Service } from './service.js';
import { RANGES, type Range, type ServerStatus } from './status/document.js';
import { gatherer } from './status/gather.js';
import { type StatusTexts, statusTexts } from './status/texts.js';

/** The status page. It holds no data, so that a browser gets it without a token and can ask for one. */
export const statusPage: Route = {
  method: 'GET',
  path: '/',
  isOpen: true,
  handle: async ({ response }) => {
    const { pageFile } = await import('./page-file.js');
    const { html, policy } = await pageFile();
    send(response, 200, html, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  },
};

/** What the page shows, as JSON. */
export const statusJson: Route = {
  method: 'GET',
  path: '/status.json',
  handle: async ({ response, url, gone, service }) => {
    const asked = url.searchParams.get('range') ?? '1h';
    const range = RANGES.find((one) => one === asked);
    if (range === undefined) return sendFailure(response, unknownRange(asked));
    const text = await newerText(service, { range, after: url.searchParams.get('after'), gone });
    send(response, 200, text, { 'content-type': 'application/json; charset=utf-8' });
  },
};

function unknownRange(asked: string) {
  const hint = `use one of ${RANGES.map((range: Range) => `\`${range}\``).join(', ')}`;
  return failure('usage', `unknown range \`${asked.slice(0, 20)}\``, { hint });
}

/** The least and the most time for which the answer to a caller who has seen the last one is held back, ms. */
const HOLD_MS = 2000;
const MOST_HOLD_MS = 8000;
const LOOK_MS = 100;

/**
 * Waits until there is something newer than what the caller has, or the server is shutting down: a server that drains takes no new
 * connections, so that a page would not learn of it otherwise.
 */
async function newerText(
  service: Service,
  { range, after, gone }: { range: Range; after: string | null; gone: AbortSignal },
): Promise<string> {
  const { monotonic } = service.world.clock;
  const startMs = monotonic();
  let latest = await textsOf(service)(range);
  while (latest.at === after && monotonic() - startMs < MOST_HOLD_MS && !gone.aborted) {
    await untilDue(service, { atMs: startMs + HOLD_MS, gone });
    latest = await textsOf(service)(range);
    if (latest.at === after) await sleep(LOOK_MS);
  }
  return latest.text;
}

async function untilDue(
  { world, isDraining }: Service,
  { atMs, gone }: { atMs: number; gone: AbortSignal },
): Promise<void> {
  const { monotonic } = world.clock;
  while (monotonic() < atMs && !isDraining() && !gone.aborted) await sleep(LOOK_MS);
}

/** A config that another one has replaced goes with what was remembered for it. */
const known = new WeakMap<ActiveConfig, { texts: StatusTexts; isDraining: boolean }>();

function textsOf(service: Service): StatusTexts {
  const active = service.active();
  const isDraining = service.isDraining();
  const kept = known.get(active);
  if (kept?.isDraining === isDraining) return kept.texts;
  const { clock } = service.world;
  const gather = gatherer({
    ...active,
    now: clock.now,
    server: () => serverStatus(service),
    ownRuns: () => service.ownRuns.read(),
  });
  const texts = statusTexts(gather, clock.monotonic);
  known.set(active, { texts, isDraining });
  return texts;
}

function serverStatus(service: Service): ServerStatus {
  const { config } = service.active();
  return {
    state: service.isDraining() ? 'draining' : 'ready',
    release: VERSION,
    started_at: new Date(service.startedMs).toISOString(),
    uptime_ms: service.world.clock.now() - service.startedMs,
    config_files: config.files,
    config_is_current: service.configs.isCurrent,
    active: service.turns.running,
    waiting: service.turns.waiting,
    max_concurrent: config.server.maxConcurrent,
  };
}
