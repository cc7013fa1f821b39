import { isIP } from 'node:net';
import { startDeadline } from '../../deadline.js';
import { type Failure, failure } from '../../domain/failure.js';
import { callerOf } from '../../router/planning/caller.js';
import { createRouter } from '../../router/router.js';
import { listen } from '../../server/server.js';
import { type ActiveConfig, createService, type Service } from '../../server/service.js';
import { routerWorldOf, type UsableConfig } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';

export interface ServeOptions {
  host?: string;
  port?: number;
}

/** Serves until a stop signal; returns the exit code. */
export async function runServe(context: CommandContext, options: ServeOptions): Promise<number> {
  const loaded = await loadOnce(context);
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const active = activeConfigOf(context, loaded.value);
  const { server } = active.config;
  const where = { host: options.host ?? server.host, port: options.port ?? server.port };
  const refused = refusedAddress(where.host, active);
  if (refused !== null) return reportEarly(context, { failure: refused });
  const service = serviceOf(context, active);
  const listening = await listen({ ...where, service, onBug: (error) => void sayBug(context, error) });
  if (!listening.ok) return reportEarly(context, { failure: cannotListen(where, listening.error) });
  await context.output.say(`listening on ${listening.value.url}`);
  await aborted(context.world.signal);
  await context.output.say('ending: waiting for the runs that are under way');
  await listening.value.stop();
  active.router.close();
  return 0;
}

async function loadOnce(context: CommandContext): ReturnType<typeof loadTrusted> {
  const { world } = context;
  const deadline = startDeadline({
    timeoutMs: null,
    timeoutOption: '',
    cancel: [world.signal],
    monotonicMs: world.clock.monotonic,
  });
  return loadTrusted(context, { dryRun: false, deadline }).finally(deadline.dispose);
}

function activeConfigOf(context: CommandContext, loaded: UsableConfig): ActiveConfig {
  const { config } = loaded;
  const world = routerWorldOf(context, loaded);
  const token = context.world.env[config.server.tokenEnv] ?? '';
  return {
    config,
    router: createRouter(config, world),
    host: world.host,
    stores: world.stores,
    token: token === '' ? null : token,
  };
}

function serviceOf({ world }: CommandContext, active: ActiveConfig): Service {
  return createService({
    world,
    parent: callerOf(world),
    active: () => active,
    isDraining: () => world.signal.aborted,
  });
}

/** Whoever reaches another address than one of this machine could spend the user's money. */
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
