import { readKept } from '../config-files/config-cache.js';
import { type LocatedConfig, locateConfig } from '../config-files/locate.js';
import { checkTrust, writableFolder } from '../config-files/trust-record.js';
import type { Deadline } from '../domain/deadline.js';
import { ok, type Result } from '../domain/result.js';
import type { CommandContext } from './context.js';
import { announceConfig, type ReadyConfig, searchOf } from './found-config.js';
import type { EarlyFailure } from './report.js';

/** The config, ready to run: without errors and trusted. A dry run needs no trust, since it runs nothing. */
export async function loadTrusted(
  context: CommandContext,
  how: { dryRun: boolean; deadline: Deadline },
): Promise<Result<ReadyConfig, EarlyFailure>> {
  const located = locateConfig(searchOf(context));
  const ready = await keptConfig(context, located);
  if (ready !== null) return ok(ready);
  // Parsing and checking load half of the program.
  const { loadTrustedFrom } = await import('./config.js');
  return loadTrustedFrom(context, located, how);
}

/** What an earlier run kept of the files, if it is trusted now; else `null`. */
async function keptConfig(context: CommandContext, located: LocatedConfig): Promise<ReadyConfig | null> {
  // A named config that is not there leaves the same files as no config at all.
  if (located.diagnostics.some(({ severity }) => severity === 'error')) return null;
  const { world } = context;
  const kept = readKept(located, world);
  if (kept === null) return null;
  const { config, trust: part, secretParts } = kept;
  const isNamed = located.layers.some(({ layer }) => layer === 'explicit');
  const { why } = checkTrust({ isNamed, part }, world);
  if (why === null) return null;
  const { discovered, projectDir } = located;
  const writableDir = writableFolder(located, { trusted: true }, world);
  await announceConfig(context, located, { config, isValid: true, secretParts });
  const known = { config, diagnostics: [], sources: new Map(), discovered, projectDir, writableDir };
  return { ...known, isTrusted: true, keep: async () => undefined };
}
