import path from 'node:path';
import { builtInLayer } from '../catalog/catalog.js';
import type { RouterConfig } from '../config/types.js';
import { type ConfigFile, type LoadedConfig, loadConfig } from '../lint/load.js';
import type { ConfigSearch } from './find.js';
import { type LocatedConfig, locateConfig } from './locate.js';

/** A resolved config, or all findings about it. */
export interface LoadedFiles extends LoadedConfig {
  /** What was read, weakest first. */
  files: readonly ConfigFile[];
  /** A project config was found by searching and not named by the user, so it may not be trusted. */
  discovered: boolean;
  /** Folder of the config that searching finds from the working directory; `null` when there is none. */
  projectDir: string | null;
  /** Every searched place, as shown to the user. */
  searched: string[];
  /** Named paths that do not exist or cannot be read. */
  unreadable: string[];
}

/** Finds, reads, checks and resolves the config. Never throws for a foreseen cause: see `diagnostics`. */
export function loadConfigFiles(search: ConfigSearch): LoadedFiles {
  return loadLocated(locateConfig(search), search);
}

/** The same for files that were read already. */
export function loadLocated(located: LocatedConfig, { env, home }: ConfigSearch): LoadedFiles {
  const { layers, own, diagnostics, files, discovered, projectDir, searched, unreadable } = located;
  const loaded = loadConfig({ sources: layers, own, builtIn: builtInLayer(), home, found: diagnostics, env });
  return { ...loaded, files, discovered, projectDir, searched, unreadable };
}

/** The same without what was found in the project; `null` when there is an error in the rest. */
export function withoutProject({ merged, files }: LoadedFiles, home: string): RouterConfig | null {
  const names = new Set(
    merged.layers.flatMap(({ name, sources }) => (name === 'user' ? sources.map(({ file }) => file) : [])),
  );
  const own = files.filter(({ file }) => names.has(file));
  const sources = own.length === 0 ? [] : [{ layer: 'user' as const, files: own }];
  return loadConfig({ sources, builtIn: builtInLayer(), home }).config;
}

/** A config that is not in a file, such as one from standard input; relative paths in it count from `cwd`. */
export function loadConfigText(
  given: { file: string; text: string },
  { cwd, home }: Pick<ConfigSearch, 'cwd' | 'home'>,
): LoadedFiles {
  const files = [{ ...given, path: path.join(cwd, given.file) }];
  const sources = [{ layer: 'explicit' as const, files }];
  const loaded = loadConfig({ sources, builtIn: builtInLayer(), home });
  return { ...loaded, files, discovered: false, projectDir: null, searched: [], unreadable: [] };
}

/** The config without any file: the built-in tools and models. */
export function builtInConfig(home: string): LoadedFiles {
  const loaded = loadConfig({ sources: [], builtIn: builtInLayer(), home });
  return { ...loaded, files: [], discovered: false, projectDir: null, searched: [], unreadable: [] };
}
