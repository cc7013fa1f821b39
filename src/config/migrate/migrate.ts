import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Layer } from '../layers.js';
import { oldFormat } from '../old-format.js';
import { type ConfigSource, parseSource } from '../source.js';
import { child, entriesOf, isTree, type Tree } from '../tree.js';
import type { Draft } from './draft.js';
import { fromLeeRouter } from './lee.js';
import { fromService, LIFTED } from './service.js';
import { type Load, settle } from './settle.js';

/** A file of an old config. */
export interface OldFile {
  /** As named to the user; its last part says what an old file without a section is about. */
  file: string;
  text: string;
}

/** Result of converting an old config. */
export type Migration =
  /** It has the current format already. */
  | { kind: 'current' }
  /** It is YAML, but of no known router. */
  | { kind: 'unknown' }
  /** It cannot be read. */
  | { kind: 'broken'; diagnostics: Diagnostic[] }
  /** `diagnostics`: what is wrong or doubtful in the new text. */
  | { kind: 'converted'; from: OldRouter; text: string; diagnostics: Diagnostic[] };

export type OldRouter = 'lee-llm-router' | 'llm-service';

/**
 * Converts the files of one old config to version 1, checked by `load`. The same files give the same text, and no key is ever in
 * it.
 */
export function migrate(files: readonly OldFile[], builtIn: Layer, load: Load): Migration {
  const parsed = files.map(parseSource);
  const sources = parsed.flatMap((one): ConfigSource[] => (one.source === null ? [] : [one.source]));
  if (sources.length < files.length)
    return { kind: 'broken', diagnostics: parsed.flatMap((one) => one.diagnostics) };
  const value = Object.assign({}, ...sources.map(sectioned)) as Tree;
  const builtIns = entriesOf(child(builtIn.value, 'tools')).map(([name]) => name);
  const llm = child(value, 'llm');
  if (!isTree(llm) && child(value, 'version') === 1) return { kind: 'current' };
  if (isTree(llm)) return converted('lee-llm-router', fromLeeRouter(llm, builtIns), load);
  return isService(value, files.length) || sources.some((one) => oldFormat(one) !== null)
    ? converted('llm-service', fromService(value, builtIns), load)
    : { kind: 'unknown' };
}

function converted(from: OldRouter, draft: Draft, load: Load): Migration {
  const head = `Converted from a config of ${from} by \`llm-router config migrate\`.`;
  return { kind: 'converted', from, ...settle(draft, head, load) };
}

const FILES = ['agents', 'tools', 'models', 'policies', 'telemetry'];

/** `agents.yaml` may hold its agents with or without the key `agents` above them. */
function sectioned({ file, value }: ConfigSource): Tree {
  const map = isTree(value) ? value : {};
  const name = (file.split(/[/\\]/).at(-1) ?? '').replace(/\.ya?ml$/, '');
  const hasSection = ['version', 'llm', 'service', ...FILES, ...LIFTED].some((key) =>
    Object.hasOwn(map, key),
  );
  return FILES.includes(name) && !hasSection ? { [name]: map } : map;
}

/** Several files without a version are the four of llm-service; a single one must show a mark of it. */
function isService(value: Tree, count: number): boolean {
  const hasSections = ['agents', 'tools', 'models', 'policies'].some((key) => isTree(child(value, key)));
  return hasSections && (count > 1 || hasMark(value));
}

function hasMark(value: Tree): boolean {
  const top = ['service', 'telemetry', ...LIFTED].some((key) => Object.hasOwn(value, key));
  return (
    top ||
    someEntry(value, 'models', ['cost_per_1k_tokens', 'vendor']) ||
    someEntry(value, 'tools', ['capabilities', 'binary_path', 'invoke_pattern']) ||
    someEntry(value, 'policies', ['daily_budget_usd', 'monthly_budget_usd', 'limit', 'log_prompts']) ||
    LIFTED.some((key) => Object.hasOwn(Object(child(value, 'policies')), key)) ||
    entriesOf(child(value, 'tools')).some(([, tool]) => hasOldTemplate(child(tool, 'command_template')))
  );
}

function someEntry(value: Tree, section: string, keys: readonly string[]): boolean {
  return entriesOf(child(value, section)).some(([, entry]) =>
    keys.some((key) => child(entry, key) !== undefined),
  );
}

function hasOldTemplate(template: unknown): boolean {
  return typeof template === 'string' && /\{\{\s*\w+\s*\}\}|<\s*\{prompt_file\}/.test(template);
}
