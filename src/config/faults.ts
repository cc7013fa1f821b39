import { isTree, type Path, type Tree } from './tree.js';

/** Paths of schema errors. */
export interface Faults {
  /** Whether there is one in the value at a path or around it, so that the value is unreliable. */
  isDoubtful(path: Path): boolean;
  /** Whether it found one anywhere inside the value at a path. */
  hasFaultInside(path: Path): boolean;
}

/** Answers questions about the paths at which mistakes were found. */
export function faultsAt(paths: readonly Path[]): Faults {
  return {
    isDoubtful: (path) => paths.some((one) => startsWith(path, one)),
    hasFaultInside: (path) => paths.some((one) => startsWith(one, path)),
  };
}

/** The tree without the values at these paths. An item of a list becomes an empty text, so that the others keep their index. */
export function withoutValues(tree: Tree, paths: readonly Path[]): Tree {
  return paths.reduce<Tree>((kept, path) => {
    const without = withoutValue(kept, path);
    return isTree(without) ? without : {};
  }, tree);
}

function withoutValue(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      index !== step ? item : rest.length === 0 ? '' : withoutValue(item, rest),
    );
  }
  if (!isTree(value) || !Object.hasOwn(value, step)) return value;
  const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (key !== String(step)) return [[key, one]];
    return rest.length === 0 ? [] : [[key, withoutValue(one, rest)]];
  });
  return Object.fromEntries(entries);
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => path[index] === step);
}
