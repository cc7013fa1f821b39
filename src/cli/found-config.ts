import type { SecretPart } from '../config/secret-part.js';
import type { RouterConfig } from '../config/types.js';
import type { ConfigSearch } from '../config-files/find.js';
import type { LocatedConfig } from '../config-files/locate.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { redactorOf } from '../router/secrets.js';
import type { UsableConfig } from './command-router.js';
import type { CommandContext } from './context.js';

/** A config without errors that may run, and `keep`, which keeps it for later runs once the answer is out. */
export type ReadyConfig = UsableConfig & { keep(): Promise<void> };

/** What finds the config of a command. */
export function searchOf({ world, globals }: CommandContext): ConfigSearch {
  const { env, cwd, home } = world;
  return { explicit: globals.config, env, cwd, home };
}

/** Masks the secrets of a config from here on, and says what was passed over in finding it. */
export async function announceConfig(
  context: CommandContext,
  { layers, own, diagnostics, hasMisnamed }: LocatedConfig,
  {
    config,
    isValid,
    secretParts,
  }: { config: RouterConfig | null; isValid: boolean; secretParts?: readonly SecretPart[] },
): Promise<void> {
  const { world, output } = context;
  if (config !== null) output.redactWith(redactorOf(config, world.env, secretParts));
  const misnamed = hasMisnamed ? await misnamedIn(searchOf(context)) : [];
  for (const one of [...diagnostics.filter(isPassedOver), ...misnamed])
    await output.warn(`${one.message} (${one.hint})`);
  const files = [...layers, ...(own === null ? [] : [own])].flatMap((layer) => layer.files);
  output.debug?.('config', { files: files.map(({ file }) => file), valid: isValid });
}

/** A place that was searched and whose config, if there is one, does not apply. */
function isPassedOver({ code, severity }: Diagnostic): boolean {
  return code === 'config/other-owner' || (code === 'config/unreadable' && severity === 'warning');
}

async function misnamedIn(search: ConfigSearch): Promise<Diagnostic[]> {
  const { misnamedFiles } = await import('../config-files/near-misses.js');
  return misnamedFiles(search);
}
