import { entriesOf, isTree, type Path, type Tree } from '../tree.js';
import { flow } from '../yaml-text.js';
import type { Note, Noted } from './notes.js';
import { isSecret } from './variables.js';

export type { Note, Noted } from './notes.js';

/** A new config: `undefined` values are left out when it is written. */
export type Draft = Noted<Tree>;

/** A map without what is `undefined`, and without maps that are empty because of that. */
export function compact(value: Tree): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (one === undefined || (Array.isArray(one) && one.length === 0)) return [];
    if (!isTree(one)) return [[key, one]];
    const inner = compact(one);
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries);
}

/** What of an old entry is taken over: a test of a value, or the same of its keys. */
export interface Taken {
  readonly [key: string]: ((value: unknown) => boolean) | Taken;
}

/** Comments for what is not taken over: keys that the new format has no place for, and values that it cannot hold. */
export function leftOver(entry: unknown, taken: Taken, path: Path, prefix = ''): Note[] {
  return entriesOf(entry).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    const known = Object.hasOwn(taken, key) ? taken[key] : undefined;
    if (typeof known === 'function' && known(value)) return [];
    if (typeof known === 'object' && isTree(value)) return leftOver(value, known, path, `${prefix}${key}.`);
    return [{ path, text: `has no equal: \`${lineOf(`${prefix}${key}`, value)}\`` }];
  });
}

/** Comments for values that say again what another key, which comes first, says already. */
export function overruled(values: readonly { key: string; value: unknown }[], path: Path): Note[] {
  const [first, ...others] = values.filter(({ value }) => value !== null && value !== undefined);
  return others.map(({ key, value }) => ({
    path,
    text: `was left out, since \`${first?.key}\` holds: \`${lineOf(key, value)}\``,
  }));
}

/** A comment for an entry whose name version 1 does not allow. */
export function renamedNote(was: string, name: string, path: Path): Note[] {
  return was === name ? [] : [{ path, text: `was named \`${was}\`` }];
}

/** Comments for entries that have the same name in version 1 as an entry after them. */
export function sameNameNotes(names: readonly string[], section: string): Note[] {
  const twice = names.filter((name, index) => names.lastIndexOf(name) !== index);
  return twice.map((name) => ({
    path: [section],
    text: `two entries have the name \`${name}\` in this version: only the last was taken over`,
  }));
}

export const anyValue = (): boolean => true;
export const isText = (value: unknown): boolean => textOf(value) !== undefined;
export const isNumber = (value: unknown): boolean => numberOf(value) !== undefined;
export const isSeconds = (value: unknown): boolean => durationOf(value) !== undefined;
export const isFlag = (value: unknown): boolean => typeof value === 'boolean';
export const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && textsOf(value).length === value.length;
export const isTextMap = (value: unknown): boolean =>
  isTree(value) && Object.values(value).every((one) => typeof one === 'string');

export const isVariables = (value: unknown): boolean =>
  isTree(value) && Object.values(value).every((one) => one === null || typeof one !== 'object');

function lineOf(key: string, value: unknown): string {
  return `${key}: ${shortened(flow(withoutKeys(key.split('.').at(-1) ?? key, value)))}`;
}

/** A name as version 1 allows it for agents, tools and policies. */
export function validName(name: string): string {
  const cleaned = name
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return cleaned === '' ? 'unnamed' : cleaned;
}

/** Seconds, as both old formats write times, as a duration; `undefined` for what is no positive number. */
export function durationOf(seconds: unknown): string | undefined {
  const ms = Math.round(Number(seconds) * 1000);
  if (seconds === null || typeof seconds === 'boolean' || !(ms > 0)) return undefined;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** A text that is not empty; `undefined` for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The texts of a list; numbers as texts. */
export function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [];
  return list.flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? [String(one)] : []));
}

/** A finite number; `undefined` for anything else. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A comment shows no key either. */
function withoutKeys(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutKeys(name, one));
  if (isTree(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutKeys(key, one)]));
  return typeof value === 'string' && isSecret(name, value) ? '…' : value;
}

function shortened(text: string): string {
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
