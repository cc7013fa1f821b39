import type { HealthRow } from '../health/row.js';
import { stateDir, userConfigDir } from '../paths.js';
import type { ActiveConfig } from './active-config.js';
import type { Service } from './service.js';

/** How long a report is good for, ms: it runs the binaries of tools, and any number of callers may ask for it. */
const KEPT_MS = 10_000;

const KEPT = new WeakMap<ActiveConfig, { madeMs: number; rows: Promise<readonly HealthRow[]> }>();

/** What `llm-router doctor --online` finds; one report for all who ask within some seconds. */
export function reportOf(service: Service): Promise<readonly HealthRow[]> {
  const active = service.active();
  const nowMs = service.world.clock.monotonic();
  const kept = KEPT.get(active);
  if (kept !== undefined && nowMs - kept.madeMs < KEPT_MS) return kept.rows;
  const rows = makeReport(service, active);
  KEPT.set(active, { madeMs: nowMs, rows });
  return rows;
}

function makeReport({ world }: Service, { router, config, host }: ActiveConfig): Promise<HealthRow[]> {
  const { env, nodeVersion, cwd } = world;
  const folders = [
    { holds: 'config', path: userConfigDir(world) },
    { holds: 'state', path: stateDir(world) },
  ];
  const configState = { files: config.files, errors: [], misnamed: [], isTrusted: true };
  const machine = { configState, nodeVersion, env: { ...env, ...host.env }, folders };
  return router.health({ agent: null, probe: true, online: true, machine, cwd });
}
