import type { Place } from '../diagnostics/diagnostic.js';
import type { Positions, Span } from './positions.js';
import type { Path } from './tree.js';

/** One parsed file whose every value knows where it was written. */
export interface ConfigSource {
  /** As named to the user. */
  file: string;
  /** Without byte order mark: what places refer to. */
  text: string;
  /** Plain values; a file without content is `{}`. */
  value: unknown;
  /** Values in it, aliases expanded. */
  size: number;
  /** Where the key or the value at a path was written, through aliases and merge keys; `null` when it is not here. */
  place(path: Path, what: 'key' | 'value'): Place | null;
  /** The alias (`*name`) through which the path leads, `null` when it leads through none. */
  aliasOf(path: Path): Place | null;
}

/** A value with its places; `span` is empty for a key without value. */
export interface Branch {
  value: unknown;
  key: Span | null;
  span: Span;
  alias: Span | null;
  children: ReadonlyMap<string, Branch>;
  /** Values in it, aliases expanded. */
  size: number;
}

const NO_CHILDREN: ReadonlyMap<string, Branch> = new Map();

/** A value without values in it. */
export function leaf(value: unknown, span: Span): Branch {
  return { value, key: null, span, alias: null, children: NO_CHILDREN, size: 1 };
}

/** Looks up places in a tree of branches; a file without content is `{}`. */
export function sourceOf(
  { file, text }: { file: string; text: string },
  positions: Positions,
  root: Branch,
): ConfigSource {
  return {
    file,
    text,
    value: root.value ?? {},
    size: root.size,
    place(path, what) {
      const branch = branchAt(root, path);
      if (branch === null) return null;
      const isEmpty = branch.span[0] === branch.span[1];
      return positions.place((what === 'key' || isEmpty ? branch.key : null) ?? branch.span);
    },
    aliasOf(path) {
      if (branchAt(root, path) === null) return null;
      const trail = [...path.keys(), path.length].map((length) => branchAt(root, path.slice(0, length)));
      const alias = trail.find((branch) => branch !== null && branch.alias !== null)?.alias ?? null;
      return alias === null ? null : positions.place(alias);
    },
  };
}

/** The branch at a path; `null` when the path leads nowhere. */
function branchAt(root: Branch, path: Path): Branch | null {
  let branch = root;
  for (const step of path) {
    const next = branch.children.get(String(step));
    if (next === undefined) return null;
    branch = next;
  }
  return branch;
}
