import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BUILD_ID } from '../build-id.js';
import { fromPlainJson, type PlainJson, toPlainJson } from '../config/plain-json.js';
import type { SecretPart } from '../config/secret-part.js';
import type { RouterConfig } from '../config/types.js';
import { readOwnBytesNow, writeByRename } from '../files.js';
import { configCacheDir, type PathContext } from '../paths.js';
import type { LocatedConfig } from './locate.js';
import type { TrustPart } from './trust-record.js';

/**
 * What loading a config gives and does not change until one of its files does: checked and resolved, but variables are not expanded and
 * trust is not decided. It holds no more than the files do.
 */
export interface KeptConfig {
  /** Without errors. */
  config: RouterConfig;
  /** Of each tool. */
  secretParts: readonly SecretPart[];
  /** `null`: nothing needs trust. */
  trust: TrustPart | null;
  /** The variables that decide whether the config has errors, as they were. */
  variables: Readonly<Record<string, VariableState>>;
}

type VariableState = 'unset' | 'empty' | 'set';

/** The states of some variables now. */
export function variableStates(names: readonly string[], env: PathContext['env']): KeptConfig['variables'] {
  return Object.fromEntries(names.map((name) => [name, stateOf(env[name])]));
}

function stateOf(value: string | undefined): VariableState {
  if (value === undefined) return 'unset';
  return value === '' ? 'empty' : 'set';
}

/** The first line of a file of the cache. A line for each tool and model follows: most runs look at one or two of them. */
interface Head {
  /** As in {@link subjectOf}: what was kept is for nothing else. */
  subject: string;
  /** Without tools and models. */
  kept: PlainJson;
  tools: readonly string[];
  models: readonly string[];
}

/** What an earlier run kept for these very files; `null`: nothing that fits. */
export function readKept(located: LocatedConfig, context: PathContext): KeptConfig | null {
  try {
    const lines = undamaged(readOwnBytesNow(fileOf(located, context)));
    if (lines === null) return null;
    const { subject, kept: rest, tools, models } = JSON.parse(lines(0)) as Head;
    if (subject !== subjectOf(located, context)) return null;
    const kept = fromPlainJson(rest) as KeptConfig;
    const ofModels = tools.length + 1;
    const sections = {
      tools: parsedLater(tools, (index) => lines(index + 1)),
      models: parsedLater(models, (index) => lines(index + ofModels)),
    };
    Object.assign(kept.config, sections);
    const names = Object.keys(kept.variables);
    const now = variableStates(names, context.env);
    return names.every((name) => now[name] === kept.variables[name]) ? kept : null;
  } catch {
    return null; // none yet, or one that another user may have written
  }
}

/** Keeps a config for later runs. One that cannot be written is not missed. */
export async function writeKept(
  located: LocatedConfig,
  context: PathContext,
  kept: KeptConfig,
): Promise<void> {
  const file = fileOf(located, context);
  const body = bodyOf(kept, subjectOf(located, context));
  try {
    const how = { private: true, refusesLinkedFolder: true };
    await writeByRename(file, `${body}\n${body}`, how);
    await removeOldest(path.dirname(file));
  } catch {
    return;
  }
}

function bodyOf(kept: KeptConfig, subject: string): string {
  const { tools, models } = kept.config;
  const rest = toPlainJson({ ...kept, config: { ...kept.config, tools: null, models: null } });
  const head: Head = { subject, kept: rest, tools: Object.keys(tools), models: Object.keys(models) };
  const entries = [...Object.values(tools), ...Object.values(models)].map(toPlainJson);
  return [head, ...entries].map((one) => JSON.stringify(one)).join('\n');
}

/** A map of entries, each of which is parsed when it is first looked at. Like other maps of a config it inherits nothing. */
function parsedLater(names: readonly string[], line: (index: number) => string): Record<string, unknown> {
  const map = Object.create(null) as Record<string, unknown>;
  const shown = { enumerable: true, configurable: true };
  for (const [index, name] of names.entries()) {
    const get = (): unknown => {
      const value = fromPlainJson(JSON.parse(line(index)) as PlainJson);
      Object.defineProperty(map, name, { ...shown, value, writable: true });
      return value;
    };
    Object.defineProperty(map, name, { ...shown, get });
  }
  return map;
}

/** One file for each set of paths, so that an edited config replaces what was kept of it. */
function fileOf(located: LocatedConfig, context: PathContext): string {
  return path.join(configCacheDir(context), `${shortHash(placesOf(located, context))}.json`);
}

/** FNV-1a: that two sets of paths share a name is as rare as it is harmless. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * The lines of a file by their number, made into text one by one, since most are not looked at; `null`: it is damaged. A file holds its
 * content twice, which shows that: computing a checksum would take longer, and so would loading what computes it.
 */
function undamaged(bytes: Buffer): ((index: number) => string) | null {
  const middle = (bytes.length - 1) / 2;
  const body = bytes.subarray(0, middle);
  if (!body.equals(bytes.subarray(middle + 1))) return null;
  const ends = [-1];
  for (let end = body.indexOf(LINE_FEED); end >= 0; end = body.indexOf(LINE_FEED, end + 1)) ends.push(end);
  ends.push(body.length);
  return (index) => body.toString('utf8', (ends[index] ?? body.length) + 1, ends[index + 1] ?? body.length);
}

const LINE_FEED = 10;

/** Everything that a resolved config depends on: this build, the paths, and the texts of the files themselves. */
function subjectOf(located: LocatedConfig, context: PathContext): string {
  const texts = layersOf(located).flatMap(({ files }) => files.map(({ text }) => text));
  return JSON.stringify([BUILD_ID, placesOf(located, context), texts]);
}

/** Everything but the texts and the build. */
function placesOf(located: LocatedConfig, { home }: PathContext): string {
  const { discovered, projectDir, own } = located;
  const layers = layersOf(located).map(({ layer, files }) => [
    layer,
    files.map(({ file, path }) => [file, path]),
  ]);
  return JSON.stringify({ home, discovered, projectDir, hasOwn: own !== null, layers });
}

function layersOf({ layers, own }: LocatedConfig): LocatedConfig['layers'] {
  return own === null ? layers : [...layers, own];
}

/** More than the projects of a user; configs in temporary folders come and go. */
const MOST_KEPT = 40;

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST_KEPT) return;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return { file, atMs: (await stat(file)).mtimeMs };
    }),
  );
  const oldest = files.sort((a, b) => a.atMs - b.atMs).slice(0, -MOST_KEPT / 2);
  await Promise.all(oldest.map(({ file }) => rm(file, { force: true })));
}
