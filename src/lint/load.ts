import type { Environment } from '../adapters/adapter.js';
import { type Layer, type LayerName, layerOf, type Merged } from '../config/layers.js';
import { resolveConfig } from '../config/resolve.js';
import { type ConfigSource, parseSource } from '../config/source.js';
import type { RouterConfig } from '../config/types.js';
import { checkConfig, distinct } from '../config/validate.js';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.js';
import { applyFixes } from '../diagnostics/fix.js';
import { placedText } from '../diagnostics/placed-text.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { lint } from './lint.js';

/** One file's content. */
export interface ConfigFile {
  /** As named to the user. */
  file: string;
  /** Absolute; relative paths in the file start from its folder. */
  path: string;
  text: string;
}

/** The files of one layer: one document in one file, or several of one folder. */
export interface LayerFiles {
  layer: Exclude<LayerName, 'built-in'>;
  files: readonly ConfigFile[];
}

/** The result of loading. */
export interface LoadedConfig {
  /** `null` when there is an error. */
  config: RouterConfig | null;
  /** Everything that was found, sorted by place. */
  diagnostics: Diagnostic[];
  /** All layers as one tree, whatever is wrong with it. */
  merged: Merged;
  /** The text that places refer to, by file; API keys in it are masked. */
  sources: Map<string, string>;
}

/** Parses, checks, resolves and lints configuration, layers weakest first. Reads nothing, never throws. */
export function loadConfig(input: {
  sources: readonly LayerFiles[];
  /** The user's own config where it is not one of the sources: only its limits hold. */
  own?: LayerFiles | null;
  builtIn: Layer;
  home: string;
  /** What was found while reading: an error there means that entries may be missing. */
  found?: readonly Diagnostic[];
  /** Variables that references in the config are checked against; absent: they are not checked. */
  env?: Environment;
}): LoadedConfig {
  const layers = input.sources.map(parseLayer);
  const own = input.own === undefined || input.own === null ? [] : [parseLayer(input.own)];
  const found = input.found ?? [];
  const isRead = found.every((one) => one.severity !== 'error');
  const checked = checkConfig([input.builtIn, ...layers.map((one) => one.layer)], {
    isComplete: isRead && [...layers, ...own].every((one) => one.isComplete),
    own: own[0]?.layer ?? null,
  });
  const files = [...input.sources, ...(input.own ? [input.own] : [])].flatMap((source) => source.files);
  const paths = new Map(files.map((one) => [one.file, one.path]));
  const folders = { home: input.home, pathOf: (file: string) => paths.get(file) ?? file };
  const { merged, faults, usable } = checked;
  const config = usable === null ? null : resolveConfig(usable, folders);
  const linted = config === null ? [] : lint({ config, merged, faults, env: input.env ?? null });
  const parsed = [...layers, ...own].flatMap((one) => one.diagnostics);
  const diagnostics = sortDiagnostics([...found, ...parsed, ...checked.diagnostics, ...distinct(linted)]);
  const hasErrors = diagnostics.some((one) => one.severity === 'error');
  return {
    config: hasErrors ? null : config,
    diagnostics,
    merged,
    sources: new Map(files.map((one) => [one.file, shownText(one, diagnostics)])),
  };
}

/** Without byte order mark, and with API keys masked: it is shown around findings. */
function shownText({ file, text }: ConfigFile, diagnostics: readonly Diagnostic[]): string {
  const plain = text.replace(/^\uFEFF/, '');
  const secrets = diagnostics.flatMap(({ code, place }): Fix[] =>
    code === 'config/secret-in-config' && place?.file === file ? [{ title: '', place, text: '' }] : [],
  );
  if (secrets.length === 0) return plain;
  const source = placedText(plain);
  const masks = secrets.map((one) => ({ ...one, text: masked(source.at(one.place) ?? '') }));
  return applyFixes(plain, masks).text;
}

/** As many characters in the same lines, so that places stay true. */
function masked(text: string): string {
  return text.replace(/[^\r\n]/gu, '*');
}

function parseLayer({ layer: name, files }: LayerFiles) {
  const parsed = files.map(parseSource);
  const sources = parsed.flatMap((one): ConfigSource[] => (one.source === null ? [] : [one.source]));
  const { layer, diagnostics } = layerOf(name, sources);
  return {
    layer,
    isComplete: sources.length === files.length,
    diagnostics: [...parsed.flatMap((one) => one.diagnostics), ...diagnostics],
  };
}
