import type { Path } from '../tree.js';

/** A comment for the key at a path of the new config; the empty path is the head of the file. */
export interface Note {
  path: Path;
  text: string;
}

/** A piece of the new config with its comments. */
export interface Noted<T> {
  value: T;
  notes: Note[];
}
