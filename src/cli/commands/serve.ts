import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDeadline } from '../../deadline.js';
import { briefDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { callerOf } from '../../router/planning/caller.js';
import { keepTracesOf } from '../../router/traces.js';
import { type ActiveConfig, ConfigInUse } from '../../server/active-config.js';
import { type Listening, listen } from '../../server/server.js';
import { createService, type Service } from '../../server/service.js';
import type { CommandContext } from '../context.js';
import { logOf } from '../log.js';
import { reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';
import { plural } from '../words.js';
import { activeConfigOf, followConfig, openLedger } from './serve-config.js';

export interface ServeOptions {
  host?: string;
  port?: number;
}

/** Serves until a stop signal; returns the exit code. */
export async function runServe(context: CommandContext, options: ServeOptions): Promise<number> {
  const { world, output } = context;
  const loaded = await loadOnce(context);
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const first = activeConfigOf(context, loaded.value);
  if (!first.ok) return reportEarly(context, { failure: first.error });
  const { server } = first.value.config;
  const where = { host: options.host ?? server.host, port: options.port ?? server.port };
  const refused = refusedAddress(where.host, first.value);
  if (refused !== null) return reportEarly(context, { failure: refused });
  const configs = new ConfigInUse(first.value);
  const ending = new AbortController();
  const service = await serviceOf(context, configs, ending.signal);
  const listening = await listen({ ...where, service, onBug: (error) => void sayBug(context, error) });
  if (!listening.ok) return reportEarly(context, { failure: cannotListen(where, listening.error) });
  await openLedger(first.value, output);
  await output.say(`listening on ${listening.value.url}`);
  const stopFollowing = followConfig(context, configs, (next) => refusedAddress(where.host, next));
  const stopUpkeep = keepUp(configs, world.clock.now);
  await aborted(world.signal);
  stopUpkeep();
  stopFollowing();
  await drain(context, { service, listening: listening.value, end: () => ending.abort() });
  await configs.active.router.endTelemetry();
  await configs.close();
  return 0;
}

/** How often it is looked whether a new day has begun, ms. */
const UPKEEP_MS = 10 * 60_000;

/** Ends what a killed server has left, and once a day removes rows and traces past the retention of the config. */
function keepUp(configs: ConfigInUse, now: () => number): () => void {
  const look = (): void => {
    const { config, router, stores } = configs.active;
    void router.upkeep();
    void keepTracesOf(stores.traces, { config, nowMs: now() });
  };
  look();
  const timer = setInterval(look, UPKEEP_MS);
  return () => clearInterval(timer);
}

async function loadOnce(context: CommandContext): ReturnType<typeof loadTrusted> {
  const { world } = context;
  const deadline = startDeadline({
    timeoutMs: null,
    timeoutOption: '',
    cancel: [world.signal],
    monotonicMs: world.clock.monotonic,
  });
  return loadTrusted(context, { dryRun: false, deadline }).finally(() => deadline.dispose());
}

function serviceOf(context: CommandContext, configs: ConfigInUse, ending: AbortSignal): Promise<Service> {
  const { world } = context;
  return createService({
    world,
    parent: callerOf(world),
    configs,
    ending,
    isDraining: () => world.signal.aborted,
    log: () => logOf(context),
  });
}

/** How long connections may take to end once all runs have, ms. */
const LAST_ANSWERS_MS = 1000;

/** Takes no new work, and lets the runs that go on finish within the grace; then they are cancelled and settled. */
async function drain(
  { output, world }: CommandContext,
  { service, listening, end }: { service: Service; listening: Listening; end: () => void },
): Promise<void> {
  const { turns } = service;
  const { graceMs } = service.active().config.server;
  const closed = listening.stop();
  turns.end();
  if (turns.running > 0)
    await output.say(
      `shutting down: ${plural(turns.running, 'run')} in progress, for at most ${briefDuration(graceMs)}`,
    );
  const isIdle = await Promise.race([
    turns.idle().then(() => true),
    sleep(graceMs, false, { ref: false }),
    aborted(world.urgent).then(() => false),
  ]);
  if (!isIdle) end();
  await turns.idle();
  await Promise.race([closed, sleep(LAST_ANSWERS_MS)]);
  listening.cut();
  await closed;
}

/** Any caller that reaches an address other than those of this machine could spend the user's money. */
function refusedAddress(host: string, { config, token }: ActiveConfig): Failure | null {
  if (token !== null || isLoopback(host)) return null;
  return failure('usage', `\`${host}\` can be reached from other machines, and no token is set`, {
    hint: `put one into \`${config.server.tokenEnv}\`, or listen on 127.0.0.1`,
  });
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function cannotListen({ host, port }: { host: string; port: number }, reason: string): Failure {
  return failure('input', `cannot listen on \`${host}:${port}\`: ${reason}`, {
    hint: 'give another address with `--host` and `--port`',
  });
}

async function sayBug({ output }: CommandContext, error: unknown): Promise<void> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await output.error(`error: a request failed by a bug of llm-router: ${text}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
