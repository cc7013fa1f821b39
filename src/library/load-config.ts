import type { RouterConfig } from '../config/types.js';
import { loadConfigFiles } from '../config-files/load.js';
import { trustOf } from '../config-files/trust.js';
import { realHost } from '../world.js';
import { ConfigError, NotTrustedError } from './errors.js';
import { checkLoadOptions, type LoadOptions } from './options.js';

/**
 * Finds, reads, checks and resolves a config. Rejects with a `ConfigError` that carries all diagnostics, with a `NotTrustedError`
 * for a project's config that was not named and is not trusted, and with an `OptionError`.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<RouterConfig> {
  const host = realHost();
  const { path, trust = false, env = host.env, cwd = host.cwd } = checkLoadOptions(options);
  const { home } = host;
  const loaded = loadConfigFiles({ explicit: path === undefined ? [] : [path], env, cwd, home });
  if (loaded.config === null) throw new ConfigError(loaded.diagnostics);
  if (trust) return loaded.config;
  const found = trustOf(loaded, { env, home });
  if (!found.trusted) throw new NotTrustedError(found.subject.folder);
  return loaded.config;
}
