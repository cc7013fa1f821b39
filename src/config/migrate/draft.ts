import { isTree, type Path, type Tree } from '../tree.js';
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

/** Comments for keys that the new format has no place for. */
export function leftOver(entry: Tree, known: readonly string[], path: Path, prefix = ''): Note[] {
  return Object.entries(entry).flatMap(([key, value]) =>
    known.includes(key) || value === null || value === undefined
      ? []
      : [{ path, text: `has no equal: \`${prefix}${key}: ${shortened(flow(withoutKeys(key, value)))}\`` }],
  );
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
