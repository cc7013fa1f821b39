import type { RouterConfig } from '../config/types.js';
import { writeKept } from '../config-files/config-cache.js';
import { keptOf } from '../config-files/keep.js';
import { type LoadedFiles, loadLocated, withoutProject } from '../config-files/load.js';
import { type LocatedConfig, locateConfig } from '../config-files/locate.js';
import { type Trust, trustOf, writableFolder } from '../config-files/trust.js';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { isPostgresUrl, urlScheme, urlWithoutSecrets } from '../domain/database-url.js';
import type { Deadline } from '../domain/deadline.js';
import { type Failure, failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import { err, ok, type Result } from '../domain/result.js';
import type { UsableConfig } from './command-router.js';
import type { CommandConfig, CommandContext } from './context.js';
import { announceConfig, type ReadyConfig, searchOf } from './found-config.js';
import type { EarlyFailure } from './report.js';
import { requireTrust } from './trust.js';

export {
  commandRouter,
  ledgerAccessOf,
  ledgerOf,
  routerWorldOf,
  traceDirOf,
  traceOwnerOf,
  type UsableConfig,
} from './command-router.js';

/** A config as it was found, and whether it is trusted. */
export type LoadedCommandConfig = LoadedFiles & CommandConfig & { trust: Trust };

/** Finds, reads and checks the config of this command. Its secrets are masked in all output from here on. */
export async function loadCommandConfig(context: CommandContext): Promise<LoadedCommandConfig> {
  return commandConfigOf(context, locateConfig(searchOf(context)));
}

async function commandConfigOf(
  context: CommandContext,
  located: LocatedConfig,
): Promise<LoadedCommandConfig> {
  const { world } = context;
  const files = loadLocated(located, searchOf(context));
  const trust = trustOf(files, world);
  const writableDir = writableFolder(files, trust, world);
  // Until a project's config is trusted, its own patterns could hide what it would run, and its advice is not ours.
  const own = trust.trusted ? files.config : withoutProject(files, world.home);
  const fault = ledgerFault(world.env);
  const config = fault !== null ? null : trust.trusted ? files.config : withAdviceOf(own, files.config);
  const diagnostics = fault === null ? files.diagnostics : [...files.diagnostics, fault];
  const loaded = { ...files, config, diagnostics, trust, isTrusted: trust.trusted, writableDir };
  await announceConfig(context, located, { config: own, isValid: files.config !== null });
  return loaded;
}

/** Why the ledger that the environment names can be none; `null`: it can. A URL of another kind would be taken for a path. */
function ledgerFault({ LLM_ROUTER_LEDGER: named = '' }: CommandContext['world']['env']): Diagnostic | null {
  if (urlScheme(named) === null || isPostgresUrl(named)) return null;
  const message = `\`LLM_ROUTER_LEDGER\` cannot be used: \`${urlWithoutSecrets(named)}\` does not begin with \`postgres://\``;
  return diagnostic('config/invalid-value', message, {
    place: null,
    hint: 'name a file, or a PostgreSQL database',
  });
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

/** The config, ready to run, of files that were read already. A dry run needs no trust, since it runs nothing. */
export async function loadTrustedFrom(
  context: CommandContext,
  located: LocatedConfig,
  { dryRun, deadline }: { dryRun: boolean; deadline: Deadline },
): Promise<Result<ReadyConfig, EarlyFailure>> {
  const loaded = await commandConfigOf(context, located);
  const usable = readyConfig(context, located, loaded);
  if (!usable.ok || dryRun || loaded.isTrusted) return usable;
  const refused = await requireTrust(context, loaded, deadline);
  if (refused !== null) return err({ failure: refused });
  const again = locateConfig(searchOf(context));
  const reloaded = await commandConfigOf(context, again);
  return reloaded.isTrusted ? readyConfig(context, again, reloaded) : err({ failure: changedMeanwhile() });
}

/** The config if it has no errors, with what keeps it for later runs. */
function readyConfig(
  context: CommandContext,
  located: LocatedConfig,
  loaded: LoadedCommandConfig,
): Result<ReadyConfig, EarlyFailure> {
  const usable = usableConfig(loaded);
  if (!usable.ok) return usable;
  const keep = async () => {
    const kept = loaded.isTrusted ? keptOf(loaded, context.world) : null;
    if (kept !== null) await writeKept(located, context.world, kept);
  };
  return ok({ ...usable.value, keep });
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
