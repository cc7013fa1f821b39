import { formatPlace, type Place } from '../diagnostics/diagnostic.js';
import type { Merged } from './layers.js';
import { folderOf, resolvePath } from './paths.js';
import { at, child, entriesOf, itemsOf, type Path } from './tree.js';

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

/** A value of a config before it is resolved, and where it was written. */
export interface Written {
  /** `undefined` when absent. */
  readonly value: unknown;
  readonly path: Path;
  /** `file:line:column` of the value; `null` for what is in no file. */
  at(): string | null;
  /** `file:line:column` of its key. */
  keyAt(): string | null;
  child(step: string | number): Written;
  /** The items of a list; a single value counts as a list of one. */
  items(): Written[];
  /** The entries of a map. */
  entries(): [name: string, Written][];
  /** The value at a path from the root of the config. */
  fromRoot(path: Path): Written;
  /** A path as it is written here, absolute: relative ones start from the folder of the file. */
  absolute(path: string): string;
}

/** The whole of a merged config as it is written. */
export function writtenConfig(merged: Merged, folders: Folders): Written {
  return writtenAt({ merged, folders }, [], merged.value);
}

/** A value that is in no file: a default. */
export function unwritten(value: unknown): Written {
  return writtenAt(null, [], value);
}

interface Source {
  merged: Merged;
  folders: Folders;
}

function writtenAt(source: Source | null, path: Path, value: unknown): Written {
  const place = (what: 'key' | 'value') => source?.merged.place(path, what) ?? null;
  const inner = (steps: Path, inside: unknown) => writtenAt(source, [...path, ...steps], inside);
  return {
    value,
    path,
    at: () => formatted(place('value')),
    keyAt: () => formatted(place('key')),
    child: (step) => inner([step], child(value, step)),
    items: () => itemsOf(value).map(({ item, step }) => inner(step, item)),
    entries: () => entriesOf(value).map(([name, one]): [string, Written] => [name, inner([name], one)]),
    fromRoot: (where) => writtenAt(source, where, at(source?.merged.value, where)),
    absolute(file) {
      const written = place('value');
      if (source === null || written === null) return file;
      return resolvePath(file, {
        folder: folderOf(source.folders.pathOf(written.file)),
        home: source.folders.home,
      });
    },
  };
}

function formatted(place: Place | null): string | null {
  return place === null ? null : formatPlace(place);
}
