import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RouterConfig } from '../config/types.js';
import { type LoadedFiles, loadConfigFiles } from '../config-files/load.js';
import type { Deadline } from '../domain/deadline.js';
import { failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { ledgerAccess } from '../ledger/access.js';
import { ledgerFile, runningDir, traceDir } from '../paths.js';
import { createRedactor } from '../redact/redact.js';
import { compilePattern, type Pattern } from '../regex/pattern.js';
import { openCooldowns } from '../router/cooldowns.js';
import { createRouter, type Router } from '../router/router.js';
import { secretsOf } from '../router/secrets.js';
import type { TraceTarget } from '../router/traces.js';
import { VERSION } from '../version.generated.js';
import { auditTarget } from './audit-target.js';
import type { CommandConfig, CommandContext } from './context.js';
import type { EarlyFailure } from './report.js';
import { requireTrust } from './trust.js';

/** A config without errors. */
export type UsableConfig = CommandConfig & { config: RouterConfig };

/** Finds, reads and checks the config of this command. Its secrets are masked in all output from here on. */
export async function loadCommandConfig({ world, output, globals }: CommandContext): Promise<LoadedFiles> {
  const { env, cwd, home } = world;
  const loaded = await loadConfigFiles({ explicit: globals.config, env, cwd, home });
  if (loaded.config !== null) {
    output.redactWith(createRedactor(secretsOf(loaded.config, env), userPatterns(loaded.config)));
  }
  const files = [...loaded.sources.keys()];
  output.debug?.('config', { files, valid: loaded.config !== null });
  return loaded;
}

function userPatterns(config: RouterConfig): Pattern[] {
  return Object.values(config.policies).flatMap((policy) =>
    policy.privacy.redact.map(({ value }) => compilePattern(value, 'g')),
  );
}

/** The config, ready to run: without errors and trusted. A dry run needs no trust, since it runs nothing. */
export async function loadTrusted(
  context: CommandContext,
  { dryRun, deadline }: { dryRun: boolean; deadline: Deadline },
): Promise<Result<UsableConfig, EarlyFailure>> {
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok || dryRun || !loaded.discovered) return usable;
  const refused = await requireTrust(context, loaded, deadline);
  return refused === null ? usable : err({ failure: refused });
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
  const { env, platform, tmpDir, clock, random, urgent } = context.world;
  const readText = (file: string): Promise<string> => readFile(file, 'utf8');
  const ledger = ledgerAccess({
    file: ledgerPathOf(context, loaded),
    now: clock.now,
    project: loaded.projectDir ?? '',
    warn: (message) => void context.output.warn(message),
  });
  return createRouter(loaded.config, {
    host: {
      env,
      platform,
      tmpDir,
      clock,
      random,
      readFile: readText,
      ...(context.output.debug === null ? {} : { debug: context.output.debug }),
    },
    stores: {
      ledger,
      cooldowns: openCooldowns(context.world),
      traces: traceTarget(context, loaded),
      audit: auditTarget(context, loaded.config),
      runningDir: runningDir(context.world),
    },
    urgent,
  });
}

/** The file of the ledger for this command. */
export function ledgerPathOf({ world }: CommandContext, loaded: CommandConfig): string {
  return path.resolve(world.cwd, ledgerFile(world, loaded.config?.ledger.path?.value ?? null));
}

/** The folder of traces for this command. */
export function traceDirOf({ world }: CommandContext, loaded: CommandConfig): string {
  const configured = loaded.config?.traces.dir?.value ?? null;
  return path.resolve(world.cwd, traceDir(world, { configured, projectDir: loaded.projectDir }));
}

function traceTarget(context: CommandContext, loaded: UsableConfig): TraceTarget | null {
  if (!loaded.config.traces.enabled) return null;
  const { world, output } = context;
  return {
    dir: traceDirOf(context, loaded),
    versions: { router: VERSION, node: world.nodeVersion, platform: world.platform },
    redactor: output.redactor(),
    warn: (message) => void output.warn(message),
    origin: { cwd: world.cwd, config: namedConfigs(context) },
  };
}

/** Configs that were named, as absolute paths, so that a run can be repeated from another folder. */
function namedConfigs({ world, globals }: CommandContext): string[] {
  const named = globals.config.length > 0 ? globals.config : [world.env.LLM_ROUTER_CONFIG ?? ''];
  return named.filter((one) => one !== '').map((one) => path.resolve(world.cwd, one));
}
