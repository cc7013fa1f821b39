import path from 'node:path';
import type { RouterConfig } from '../config/types.js';
import { type LedgerAccess, type LedgerUse, ledgerAccess } from '../ledger/access.js';
import type { LedgerLocation } from '../ledger/place.js';
import { ledgerLocation } from '../ledger/where.js';
import { isolatedDir, modelListsFile, runningDir, traceDir, userConfigDir } from '../paths.js';
import { openCooldowns } from '../router/cooldowns.js';
import { keptModelLists } from '../router/models/kept-lists.js';
import { readAgentFile } from '../router/planning/agent-files.js';
import { adapterOf, createRouter, type Router } from '../router/router.js';
import type { TraceTarget } from '../router/traces.js';
import type { RouterWorld } from '../router/world.js';
import { VERSION } from '../version.generated.js';
import { auditTarget } from './audit-target.js';
import type { CommandConfig, CommandContext } from './context.js';

/** A config without errors. */
export type UsableConfig = CommandConfig & { config: RouterConfig };

/** A router for this command's config and world. */
export function commandRouter(
  context: CommandContext,
  loaded: UsableConfig,
  use: Pick<LedgerUse, 'ending'> = {},
): Router {
  return createRouter(loaded.config, routerWorldOf(context, loaded, use));
}

/** The machine and the stores of this command's config and world. */
export function routerWorldOf(
  context: CommandContext,
  loaded: UsableConfig,
  use: Pick<LedgerUse, 'gathers' | 'ending'> = {},
): RouterWorld {
  const { world } = context;
  const { env, platform, tmpDir, clock, random, urgent } = world;
  const within = loaded.isTrusted ? null : [loaded.projectDir ?? world.cwd, userConfigDir(world)];
  const ledger = ledgerAccessOf(context, loaded, use);
  return {
    host: {
      env,
      platform,
      tmpDir,
      clock,
      random,
      readFile: (file) => readAgentFile(file, within),
      redactor: context.output.redactor(),
      adapterOf,
      ...(context.output.debug === null ? {} : { debug: context.output.debug }),
    },
    stores: {
      ledger,
      cooldowns: openCooldowns(world, ledger, (message) => void context.output.warn(message)),
      modelLists: keptModelLists(modelListsFile(world), (message) => void context.output.warn(message)),
      traces: traceTarget(context, loaded),
      audit: { ...auditTarget(context, loaded.config), ledger },
      telemetry: { version: VERSION, warn: (message) => context.output.warn(message) },
      runningDir: runningDir(context.world),
      isolatedDir: isolatedDir(context.world),
    },
    urgent,
  };
}

/** Access to the ledger of this command. */
export function ledgerAccessOf(
  context: CommandContext,
  loaded: CommandConfig,
  { gathers = false, ending = context.world.signal }: Pick<LedgerUse, 'gathers' | 'ending'> = {},
): LedgerAccess {
  return ledgerAccess({
    ...ledgerOf(context, loaded),
    now: context.world.clock.now,
    ending,
    project: loaded.projectDir ?? '',
    gathers,
    warn: (message) => void context.output.warn(message),
  });
}

/** Where the ledger is for this command. */
export function ledgerOf({ world }: CommandContext, loaded: CommandConfig): LedgerLocation {
  const { file, shared } = ledgerLocation(world, loaded.isTrusted ? (loaded.config?.ledger ?? null) : null);
  return { file: path.resolve(world.cwd, file), shared: shared ?? null };
}

/** The folder of traces for this command. */
export function traceDirOf({ world }: CommandContext, loaded: CommandConfig): string {
  const configured = loaded.isTrusted ? (loaded.config?.traces.dir?.value ?? null) : null;
  return path.resolve(world.cwd, traceDir(world, { configured, projectDir: loaded.writableDir }));
}

/** Whether the traces are where the user keeps them, or where the project and all who can change it do. */
export function traceOwnerOf({ world }: CommandContext, loaded: CommandConfig): 'user' | 'project' {
  if ((world.env.LLM_ROUTER_TRACE_DIR ?? '') !== '') return 'user';
  const isConfigured = loaded.isTrusted && (loaded.config?.traces.dir ?? null) !== null;
  return isConfigured || loaded.writableDir !== null ? 'project' : 'user';
}

function traceTarget(context: CommandContext, loaded: UsableConfig): TraceTarget | null {
  if (!loaded.config.traces.enabled) return null;
  const { world, output } = context;
  return {
    place: { dir: traceDirOf(context, loaded) },
    versions: { router: VERSION, node: world.nodeVersion, platform: world.platform },
    warn: (message) => void output.warn(message),
    origin: { cwd: world.cwd, config: namedConfigs(context) },
  };
}

/** Configs that were named, as absolute paths, so that a run can be repeated from another folder. */
function namedConfigs({ world, globals }: CommandContext): string[] {
  const named = globals.config.length > 0 ? globals.config : [world.env.LLM_ROUTER_CONFIG ?? ''];
  return named.filter((one) => one !== '').map((one) => path.resolve(world.cwd, one));
}
