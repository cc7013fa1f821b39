import type { Diagnostic, Place } from '../../diagnostics/diagnostic.js';
import { createRedactor } from '../../redact/redact.js';
import type { Merged } from '../layers.js';
import { at, isTree, type Path, type Tree } from '../tree.js';
import { flow, yamlText } from '../yaml-text.js';
import type { Draft } from './draft.js';

/** Loads the text of a whole config, as for a run. */
export type Load = (file: { file: string; path: string; text: string }) => {
  diagnostics: Diagnostic[];
  merged: Merged;
};

/** A new config as text, and what is still wrong with it. */
export interface Settled {
  text: string;
  diagnostics: Diagnostic[];
}

/** Each round takes out at least one key; a config has fewer keys that can be wrong than this. */
const MAX_ROUNDS = 100;
/** Findings of keys that this version does not follow: they become comments. */
const TAKEN_OUT = ['config/unknown-key'];

/** Writes a draft; what this version cannot follow becomes a comment in its place. */
export function settle(draft: Draft, head: string, load: Load): Settled {
  const { value, notes } = createRedactor().value(draft);
  let current: Draft = { value: withoutEmptySections(value), notes };
  for (let round = 0; ; round++) {
    const text = write(current, head);
    const loaded = load({ file: 'llm-router.yaml', path: '/llm-router.yaml', text });
    const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
    const wrong = firstOf(errors, (one) => faultyPath(one, current.value, loaded));
    if (wrong === null || round === MAX_ROUNDS) return { text, diagnostics: loaded.diagnostics };
    current = takeOut(current, wrong);
  }
}

function withoutEmptySections(value: Tree): Tree {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, one]) => one !== undefined && !(isTree(one) && Object.keys(one).length === 0),
    ),
  );
}

function write({ value, notes }: Draft, head: string): string {
  const placed = notes.map(({ path, text }) => ({ path: nearest(value, path), text }));
  const textsAt = (path: Path): string[] =>
    placed.flatMap((one) => (one.path.join('\0') === path.join('\0') ? [one.text] : []));
  return yamlText(value, {
    above: (path) => [...new Set([...(path.length === 0 ? [head] : []), ...textsAt(path)])],
  });
}

function nearest(value: Tree, path: Path): Path {
  return path.length === 0 || at(value, path) !== undefined ? path : nearest(value, path.slice(0, -1));
}

/** The innermost key around a finding that a comment can mend; `null` for any other finding. */
function faultyPath({ code, place }: Diagnostic, value: Tree, { merged }: ReturnType<Load>): Path | null {
  const layer = merged.layers.at(-1);
  if (place === null || layer === undefined) return null;
  const found = pathsOf(value, []).findLast((path) =>
    (['key', 'value'] as const).some((what) => holds(layer.place(path, what), place)),
  );
  if (found === undefined || found.length < 2) return null;
  return TAKEN_OUT.includes(code) ? found : null;
}

function holds(outer: Place | null, inner: Place): boolean {
  if (outer === null) return false;
  const startsBefore = outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const endsBehind =
    outer.endLine > inner.endLine || (outer.endLine === inner.endLine && outer.endColumn >= inner.endColumn);
  return startsBefore && endsBehind;
}

/** Every path of maps, parents first. */
function pathsOf(value: unknown, base: Path): Path[] {
  if (!isTree(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const path = [...base, key];
    return [path, ...pathsOf(value[key], path)];
  });
}

function takeOut({ value, notes }: Draft, path: Path): Draft {
  const text = `not in effect in this version: \`${path.at(-1)}: ${flow(at(value, path))}\``;
  return { value: removed(value, path), notes: [...notes, { path: path.slice(0, -1), text }] };
}

function removed(tree: Tree, [step, ...rest]: Path): Tree {
  if (step === undefined) return tree;
  const entries = Object.entries(tree).flatMap(([key, one]): [string, unknown][] => {
    if (key !== String(step)) return [[key, one]];
    if (rest.length === 0 || !isTree(one)) return [];
    const inner = removed(one, rest);
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries);
}

function firstOf<T, R>(list: readonly T[], find: (one: T) => R | null): R | null {
  for (const one of list) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}
