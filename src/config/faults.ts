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
  const root = marksOf(paths);
  return {
    isDoubtful(path) {
      let mark: Mark | undefined = root;
      for (const step of path) {
        if (mark === undefined || mark.isMeant) break;
        mark = mark.inside.get(step);
      }
      return mark?.isMeant ?? false;
    },
    hasFaultInside: (path) => paths.length > 0 && markAt(root, path) !== undefined,
  };
}

/** The tree without the values at these paths. An item of a list becomes an empty text, so that the others keep their index. */
export function withoutValues(tree: Tree, paths: readonly Path[]): Tree {
  const without = withoutMarked(tree, marksOf(paths));
  return isTree(without) ? without : {};
}

/** Paths as a tree, in which each is found in as many steps as it has. */
interface Mark {
  /** One of the paths ends here. */
  isMeant: boolean;
  inside: Map<string | number, Mark>;
}

function marksOf(paths: readonly Path[]): Mark {
  const root: Mark = { isMeant: false, inside: new Map() };
  for (const path of paths) {
    let mark = root;
    for (const step of path) {
      const next = mark.inside.get(step) ?? { isMeant: false, inside: new Map() };
      mark.inside.set(step, next);
      mark = next;
    }
    mark.isMeant = true;
  }
  return root;
}

function markAt(root: Mark, path: Path): Mark | undefined {
  return path.reduce<Mark | undefined>((mark, step) => mark?.inside.get(step), root);
}

function withoutMarked(value: unknown, mark: Mark | undefined): unknown {
  if (mark === undefined) return value;
  if (mark.isMeant) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const inside = mark.inside.get(index);
      return inside?.isMeant === true ? '' : withoutMarked(item, inside);
    });
  }
  if (!isTree(value)) return value;
  const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    const inside = mark.inside.get(key);
    return inside?.isMeant === true ? [] : [[key, withoutMarked(one, inside)]];
  });
  return Object.fromEntries(entries);
}
