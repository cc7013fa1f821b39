import { formatPlace, type Place } from '../diagnostics/diagnostic.js';
import { folderOf, resolvePath } from './paths.js';
import { at, child, entriesOf, itemsOf, type Path, type Tree } from './tree.js';

/** A value that can turn out wrong later, with the place where it was written (`file:line:column`). */
export interface Placed<T> {
  value: T;
  /** `null` for a default. */
  at: string | null;
}

/** Where relative paths in a config start. */
export interface Folders {
  home: string;
  /** Absolute path of a file by the name that is shown to the user. */
  pathOf: (file: string) => string;
}

/** A tree whose values know where they were written. */
interface PlacedTree {
  value: Tree;
  place(path: Path, what: 'key' | 'value'): Place | null;
}

interface Source {
  merged: PlacedTree;
  folders: Folders;
}

/** The last steps to a value; the whole path is put together only when it is asked for. */
type Position = { around: Position; steps: Path } | null;

/** A value of a config before it is resolved, and where it was written. */
export class Written {
  constructor(
    private readonly source: Source | null,
    private readonly position: Position,
    /** `undefined` when absent. */
    readonly value: unknown,
  ) {}

  get path(): Path {
    return stepsTo(this.position);
  }

  /** `file:line:column` of the value; `null` for what is in no file. */
  at(): string | null {
    return formatted(this.#place('value'));
  }

  /** `file:line:column` of its key. */
  keyAt(): string | null {
    return formatted(this.#place('key'));
  }

  child(step: string | number): Written {
    return this.#inside([step], child(this.value, step));
  }

  /** The items of a list; a single value counts as a list of one. */
  items(): Written[] {
    return itemsOf(this.value).map(({ item, step }) => this.#inside(step, item));
  }

  /** The entries of a map. */
  entries(): [name: string, Written][] {
    return entriesOf(this.value).map(([name, one]) => [name, this.#inside([name], one)]);
  }

  /** The value at a path from the root of the config. */
  fromRoot(path: Path): Written {
    return new Written(this.source, { around: null, steps: path }, at(this.source?.merged.value, path));
  }

  /** A path as it is written here, absolute: relative ones start from the folder of the file. */
  absolute(path: string): string {
    const place = this.#place('value');
    if (this.source === null || place === null) return path;
    const { home, pathOf } = this.source.folders;
    return resolvePath(path, { folder: folderOf(pathOf(place.file)), home });
  }

  #inside(steps: Path, value: unknown): Written {
    return new Written(this.source, { around: this.position, steps }, value);
  }

  #place(what: 'key' | 'value'): Place | null {
    return this.source?.merged.place(this.path, what) ?? null;
  }
}

/** The whole of a merged config as it is written. */
export function writtenConfig(merged: PlacedTree, folders: Folders): Written {
  return new Written({ merged, folders }, null, merged.value);
}

/** A value that is in no file: a default. */
export function unwritten(value: unknown): Written {
  return new Written(null, null, value);
}

function stepsTo(position: Position): Path {
  return position === null ? [] : [...stepsTo(position.around), ...position.steps];
}

function formatted(place: Place | null): string | null {
  return place === null ? null : formatPlace(place);
}
