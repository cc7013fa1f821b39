import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { createRedactor } from '../../redact/redact.js';
import { at, isTree, type Path, type Tree } from '../tree.js';
import { yamlText } from '../yaml-text.js';
import type { Draft } from './draft.js';

/** Loads the text of a whole config, as for a run. */
export type Load = (file: { file: string; path: string; text: string }) => { diagnostics: Diagnostic[] };

/** A new config as text, and what is still wrong with it. */
export interface Settled {
  text: string;
  diagnostics: Diagnostic[];
}

/** Writes a draft with its comments, and checks what was written. */
export function settle(draft: Draft, head: string, load: Load): Settled {
  const { value, notes } = createRedactor().value(draft);
  const text = write({ value: withoutEmptySections(value), notes }, head);
  const { diagnostics } = load({ file: 'llm-router.yaml', path: '/llm-router.yaml', text });
  return { text, diagnostics };
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
