import path from 'node:path';
import type { RouterConfig } from '../config/types.js';
import { type LoadedFiles, loadConfigFiles, withoutProject } from '../config-files/load.js';
import { type Trust, trustOf, writableFolder } from '../config-files/trust.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Deadline } from '../domain/deadline.js';
import { type Failure, failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import { err, ok, type Result } from '../domain/result.js';
import { ledgerAccess } from '../ledger/access.js';
import { ledgerFile, modelListsFile, runningDir, traceDir, userConfigDir } from '../paths.js';
import { openCooldowns } from '../router/cooldowns.js';
import { keptModelLists } from '../router/models/kept-lists.js';
import { readAgentFile } from '../router/planning/agent-files.js';
import { adapterOf, createRouter, type Router } from '../router/router.js';
import { redactorOf } from '../router/secrets.js';
import type { TraceTarget } from '../router/traces.js';
import type { RouterWorld } from '../router/world.js';
import { VERSION } from '../version.generated.js';
import { auditTarget } from './audit-target.js';
import type { CommandConfig, CommandContext } from './context.js';
import type { EarlyFailure } from './report.js';
import { requireTrust } from './trust.js';

/** A config without errors. */
export type UsableConfig = CommandConfig & { config: RouterConfig };

/** A config as it was found, and whether it is trusted. */
export type LoadedCommandConfig = LoadedFiles & CommandConfig & { trust: Trust };

/** Finds, reads and checks the config of this command. Its secrets are masked in all output from here on. */
export async function loadCommandConfig(context: CommandContext): Promise<LoadedCommandConfig> {
  const { world, output, globals } = context;
  const { env, cwd, home } = world;
  const files = await loadConfigFiles({ explicit: globals.config, env, cwd, home });
  const trust = await trustOf(files, world);
  const writableDir = await writableFolder(files, trust, world);
  // Until a project's config is trusted, its own patterns could hide what it would run, and its advice is not ours.
  const own = trust.trusted ? files.config : withoutProject(files, home);
  const config = trust.trusted ? files.config : withAdviceOf(own, files.config);
  const loaded = { ...files, config, trust, isTrusted: trust.trusted, writableDir };
  maskSecrets(context, own);
  for (const one of files.diagnostics.filter(isPassedOver)) await output.warn(`${one.message} (${one.hint})`);
  output.debug?.('config', { files: [...files.sources.keys()], valid: files.config !== null });
  return loaded;
}

/** A place that was searched and whose config, if there is one, does not apply. */
function isPassedOver({ code, severity }: Diagnostic): boolean {
  return code === 'config/other-owner' || (code === 'config/unreadable' && severity === 'warning');
}

function maskSecrets({ world, output }: CommandContext, config: RouterConfig | null): void {
  if (config === null) return;
  output.redactWith(redactorOf(config, world.env));
}

/** How to install a tool, from one config for the tools of another. */
function withAdviceOf(source: RouterConfig | null, config: RouterConfig | null): RouterConfig | null {
  if (config === null) return null;
  const tools = Object.entries(config.tools).map(([name, tool]) => {
    const known = source === null ? null : lookup(source.tools, name);
    return [name, { ...tool, installHint: known?.installHint ?? null }] as const;
  });
  return { ...config, tools: Object.fromEntries(tools) };
}

/** The config, ready to run: without errors and trusted. A dry run needs no trust, since it runs nothing. */
export async function loadTrusted(
  context: CommandContext,
  { dryRun, deadline }: { dryRun: boolean; deadline: Deadline },
): Promise<Result<UsableConfig, EarlyFailure>> {
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok || dryRun || loaded.isTrusted) return usable;
  const refused = await requireTrust(context, loaded, deadline);
  if (refused !== null) return err({ failure: refused });
  const again = await loadCommandConfig(context);
  return again.isTrusted ? usableConfig(again) : err({ failure: changedMeanwhile() });
}

/** What was asked about is not what is there now. */
function changedMeanwhile(): Failure {
  return failure('not_allowed', 'the config was changed while the question about it was open', {
    hint: 'see what it is now with `llm-router config trust --show`',
  });
}

/** The config if it has no errors; else all findings as a `config` failure. */
export function usableConfig(loaded: CommandConfig): Result<UsableConfig, EarlyFailure> {
  const { config, diagnostics, sources } = loaded;
  if (config !== null) return ok({ ...loaded, config });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const message = `the configuration has ${errors} error${errors === 1 ? '' : 's'}`;
  return err({
    failure: failure('config', message, { hint: 'see `llm-router config validate`' }),
    diagnostics,
    sources,
  });
}

/** A router for this command's config and world. */
export function commandRouter(context: CommandContext, loaded: UsableConfig): Router {
  return createRouter(loaded.config, routerWorldOf(context, loaded));
}

/** The machine and the stores of this command's config and world. */
export function routerWorldOf(context: CommandContext, loaded: UsableConfig): RouterWorld {
  const { world } = context;
  const { env, platform, tmpDir, clock, random, urgent } = world;
  const within = loaded.isTrusted ? null : [loaded.projectDir ?? world.cwd, userConfigDir(world)];
  const ledger = ledgerAccess({
    file: ledgerPathOf(context, loaded),
    now: clock.now,
    project: loaded.projectDir ?? '',
    warn: (message) => void context.output.warn(message),
  });
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
      cooldowns: openCooldowns(world, (message) => void context.output.warn(message)),
      modelLists: keptModelLists(modelListsFile(world), (message) => void context.output.warn(message)),
      traces: traceTarget(context, loaded),
      audit: auditTarget(context, loaded.config),
      runningDir: runningDir(context.world),
    },
    urgent,
  };
}

/** The file of the ledger for this command. */
export function ledgerPathOf({ world }: CommandContext, loaded: CommandConfig): string {
  const configured = loaded.isTrusted ? (loaded.config?.ledger.path?.value ?? null) : null;
  return path.resolve(world.cwd, ledgerFile(world, configured));
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
