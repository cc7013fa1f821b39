import type { Diagnostic, Fix } from '../diagnostics/diagnostic.js';
import { applyFixes, placedText } from '../diagnostics/fix.js';
import { sortDiagnostics } from '../diagnostics/sort.js';
import { type Layer, type LayerName, layerOf, type Merged } from './layers.js';
import { resolveConfig } from './resolve.js';
import { type ConfigSource, parseSource } from './source.js';
import type { RouterConfig } from './types.js';
import { checkConfig } from './validate.js';

/** One file's content. */
export interface ConfigFile {
  /** As named to the user. */
  file: string;
  /** Absolute; what relative paths in it are counted from. */
  path: string;
  text: string;
}

/** The files of one layer: one document in one file, or several of one folder. */
export interface LayerFiles {
  layer: Exclude<LayerName, 'built-in'>;
  files: readonly ConfigFile[];
}

/** What came of loading. */
export interface LoadedConfig {
  /** `null` when there is an error. */
  config: RouterConfig | null;
  /** Everything that was found, sorted by place. */
  diagnostics: Diagnostic[];
  /** All layers as one tree, whatever is wrong with it. */
  merged: Merged;
  /** The text that places refer to, by file; keys that stand in it are masked. */
  sources: Map<string, string>;
}

/** Parses, checks and resolves configuration, layers weakest first. Reads nothing, never throws. */
export function loadConfig(input: {
  sources: readonly LayerFiles[];
  builtIn: Layer;
  home: string;
  /** What was found while reading: an error there means that entries may be missing. */
  found?: readonly Diagnostic[];
  /** Variables that references in the config are checked against; absent: they are not looked at. */
  env?: Readonly<Record<string, string | undefined>>;
}): LoadedConfig {
  const layers = input.sources.map(parseLayer);
  const parsed = [...(input.found ?? []), ...layers.flatMap((one) => one.diagnostics)];
  const isRead = (input.found ?? []).every((one) => one.severity !== 'error');
  const checked = checkConfig([input.builtIn, ...layers.map((one) => one.layer)], {
    isComplete: isRead && layers.every((one) => one.isComplete),
    env: input.env ?? null,
  });
  const diagnostics = sortDiagnostics([...parsed, ...checked.diagnostics]);
  const files = input.sources.flatMap((source) => source.files);
  const paths = new Map(files.map((one) => [one.file, one.path]));
  const hasErrors = diagnostics.some((one) => one.severity === 'error');
  const folders = { home: input.home, pathOf: (file: string) => paths.get(file) ?? file };
  return {
    config: hasErrors ? null : resolveConfig(checked.merged, folders),
    diagnostics,
    merged: checked.merged,
    sources: new Map(files.map((one) => [one.file, shownText(one, diagnostics)])),
  };
}

/** Without byte order mark, and with stars in the place of keys: it is shown around findings. */
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
