/** The surroundings of detached runs. */
export interface JobsWorld {
  /** Folder of their records, absolute. */
  dir: string;
  /** What runs this program again: a file and its first arguments. */
  program: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  clock: {
    /** Wall clock, ms since the epoch. */
    now: () => number;
    /** Never jumps, ms. */
    monotonic: () => number;
  };
  /** Uniform in [0, 1). */
  random: () => number;
  /** Ends the processes that killed runs have left. */
  endInterrupted: () => Promise<unknown>;
}
