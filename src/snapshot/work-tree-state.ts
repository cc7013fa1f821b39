import type { BytePath } from '../git/names.js';
import type { Listing } from './listed.js';
import type { ReadPermissions } from './permissions.js';
import type { Scratch } from './scratch.js';
import type { Unkept } from './unkept.js';

/** What belongs to a snapshot. */
export interface SnapshotRules {
  /** Ignored files that belong to it nevertheless, as patterns of `.gitignore`. */
  included: readonly string[];
  /** The most bytes of files that Git does not hold yet. */
  mostBytes: number;
}

/** The files of a work tree at one time. */
export interface WorkTreeState {
  /** The tree of Git with their bytes as they are on disk. */
  tree: string;
  /** An index of it, by which the next state is found. */
  indexFile: string;
  permissions: ReadPermissions;
  /** What is not part of the tree. */
  unkept: Unkept;
  /** Files and folders that were ignored, and that stay out of every later state; names of folders end in `/`. */
  ignored: ReadonlySet<BytePath>;
  /** The files outside of the user's index; `null`: they have changed since they were listed. */
  listing: Listing | null;
  /** Checksum of the user's index where that holds the same files; `null`: it does not, or that is not known. */
  sameIndex: string | null;
  /** A commit of the same tree; `null`: none is known. */
  commit: string | null;
  /** An earlier run has kept all of this. */
  isKept: boolean;
}

/** How and with which temporary files a state is read. */
export interface ReadingPlace {
  scratch: Scratch;
  rules: SnapshotRules;
}
