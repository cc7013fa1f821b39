import { visibleWhole } from '../diagnostics/visible.js';
import { CONFIG } from './keys/config.js';
import type { AnyKey, Effect, Inner } from './keys/key.js';
import { kindOfTool, type ToolKind } from './keys/tools.js';
import type { Merged } from './layers.js';
import { at, entriesOf, isTree, itemsOf, type Path } from './tree.js';
import { dotted } from './words.js';
import { flow } from './yaml-text.js';

/** A value of a project's config that must be trusted. */
export interface TrustedValue {
  path: Path;
  value: unknown;
  effect: Exclude<Effect, 'harmless'>;
  /** Whether the value is the path of a file or folder. */
  isPath: boolean;
  /** Where a path leads, links followed; `null` for other values. */
  realPath: string | null;
}

/**
 * The values of a project's config that must be trusted: all but those of harmless keys and of keys that start with `x-`. A key
 * that no definition knows must be trusted too.
 */
export function trustedValues(project: unknown): TrustedValue[] {
  return valuesIn({ kind: 'map', keys: CONFIG }, { path: [], value: project, effect: 'decides' });
}

/**
 * What trusting a project's config allows, as lines for a person: command lines and addresses first, then every other value,
 * those that decide what runs, what is sent, and what is read or written before the rest.
 */
export function whatItAllows(merged: Merged, values: readonly TrustedValue[]): string[] {
  const tools = new Set(
    values.flatMap(({ path }) => (path[0] === 'tools' && path.length > 1 ? [String(path[1])] : [])),
  );
  const heads = [...tools].map((name) => headline(merged, name));
  const rest = values.filter((one) => !isInHeadline(merged, one));
  const isHarmful = heads.length > 0 || rest.some(({ effect }) => effect !== 'decides');
  return [
    ...(isHarmful ? heads : ['chooses among the tools that you have, and adds nothing to run']),
    ...EFFECTS.flatMap(([effect, verb]) =>
      rest.filter((one) => one.effect === effect).map((one) => `${verb} ${line(one)}`),
    ),
  ].map(visibleWhole);
}

const EFFECTS: readonly (readonly [TrustedValue['effect'], verb: string])[] = [
  ['runs', 'runs with'],
  ['sends', 'sends'],
  ['reads', 'reads'],
  ['writes', 'writes'],
  ['decides', 'sets'],
];

interface Held {
  path: Path;
  value: unknown;
  effect: Effect;
}

function valuesIn(inner: Inner | undefined, held: Held): TrustedValue[] {
  const { path, value, effect } = held;
  if (effect === 'harmless') return [];
  const whole = [{ path, value, effect, isPath: false, realPath: null }];
  if (inner?.kind === 'list' || inner?.kind === 'oneOrMore') {
    const items = itemsOf(value);
    if (!items.some(({ item }) => isTree(item))) return whole;
    return items.flatMap(({ item, step }) =>
      valuesOf(inner.item, { path: [...path, ...step], value: item, effect }),
    );
  }
  if (inner === undefined || !isTree(value)) return whole;
  const found = entriesOf(value).flatMap(([name, one]) => {
    const key = inner.kind === 'entries' ? inner.value : inner.keys[name];
    if (key === undefined && name.startsWith('x-')) return [];
    return valuesOf(key, { path: [...path, name], value: one, effect });
  });
  // An entry must be trusted even if nothing in it must.
  return found.length > 0 || path.length === 0
    ? found
    : [{ path, value: {}, effect, isPath: false, realPath: null }];
}

function valuesOf(key: AnyKey | undefined, held: Held): TrustedValue[] {
  const definition = key?.definition;
  const own = { ...held, effect: definition?.effect ?? held.effect };
  const isPath = typeof held.value === 'string' && definition?.isPath?.(held.value) === true;
  return valuesIn(definition?.inner, own).map((one) => (isPath ? { ...one, isPath } : one));
}

/** Keys whose values the line of their tool shows, by its kind. */
const IN_HEADLINE: Readonly<Record<ToolKind, readonly string[]>> = {
  command: ['kind', 'binary', 'command_template', 'args'],
  http: ['kind', 'base_url', 'api_key_env'],
  mock: ['kind'],
  custom: ['kind'],
};

function isInHeadline(merged: Merged, { path, value, realPath }: TrustedValue): boolean {
  const [section, name, key, ...more] = path;
  if (section !== 'tools' || more.length > 0) return false;
  const shown = IN_HEADLINE[kindOfTool(at(merged.value, [section, String(name), 'kind']))];
  return shown.includes(String(key)) && (realPath === null || realPath === value);
}

function line({ path, value, realPath }: TrustedValue): string {
  const leads = realPath === null || realPath === value ? '' : ` (${realPath})`;
  return `${dotted(path)}: ${flow(value)}${leads}`;
}

function headline(merged: Merged, name: string): string {
  const path = ['tools', name];
  switch (kindOfTool(at(merged.value, [...path, 'kind']))) {
    case 'mock':
      return `tool ${name}: canned answers, runs nothing`;
    case 'custom':
      return `tool ${name}: run by a program that uses the library`;
    case 'http':
      return `tool ${name}: sends prompts to ${httpTarget(merged, path)}`;
    case 'command':
      return `tool ${name}: ${commandLine(merged, path)}`;
  }
}

/** Where prompts go, and which key with them. */
function httpTarget(merged: Merged, path: Path): string {
  const url = String(at(merged.value, [...path, 'base_url']) ?? 'no address');
  const keys = itemsOf(at(merged.value, [...path, 'api_key_env'])).map(({ item }) => String(item));
  return keys.length === 0 ? `${url}, without a key` : `${url} with the key in ${keys.join(' or ')}`;
}

/** As written: the placeholders say what is filled in. A template without `{binary}` has it in front. */
function commandLine(merged: Merged, path: Path): string {
  const binary = argumentText(at(merged.value, [...path, 'binary']) ?? path.at(-1));
  const template = at(merged.value, [...path, 'command_template']);
  if (typeof template === 'string') {
    return template.includes('{binary}')
      ? template.replaceAll('{binary}', () => binary)
      : `${binary} ${template}`;
  }
  const args = at(merged.value, [...path, 'args']);
  const words = Array.isArray(args) ? args.map(argumentText) : [];
  return [binary, ...words].join(' ');
}

function argumentText(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map(argumentText).join(' ')}]`;
  const text = String(item);
  return /^[^\s'"]+$/.test(text) ? text : JSON.stringify(text);
}
