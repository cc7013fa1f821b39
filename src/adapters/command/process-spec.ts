/** A process to start, and its time limits. */
export interface ProcessSpec {
  /** The program first: a path, or a name that the system looks up. */
  argv: readonly string[];
  /** Must exist: a missing one is reported as if the program were missing. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** `NAME=value` of the environment that marks descendants outside the process group; `null`: not searched. */
  marker: string | null;
  /** Names of programs that may outlive the process, with their descendants. */
  leaveRunning: readonly string[];
  /** The whole standard input; `null`: none. */
  stdin: string | null;
  /** Folder for the file that stdin is read from. */
  tmpDir: string;
  /** From start to exit, ms. */
  timeoutMs: number;
  /** Longest silence while we wait for output, ms; `null`: no limit. */
  idleTimeoutMs: number | null;
  /** SIGTERM to SIGKILL, ms. */
  graceMs: number;
  /** Ends the process tree, with a grace period. */
  signal: AbortSignal;
  /** Kills the process tree at once. */
  urgent: AbortSignal;
  monotonicMs: () => number;
}

export type ProcessEvent =
  | { type: 'started'; pid: number }
  | { type: 'chunk'; source: 'stdout' | 'stderr'; bytes: Uint8Array };

/** Why a process has ended; `not_started` has the system's code in `spawnError`. */
export interface ProcessEnd {
  ended: 'exit' | 'timeout' | 'first_output' | 'idle' | 'cancelled' | 'stopped' | 'not_started';
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** From start to the first byte of any output, ms. */
  firstOutputMs: number | null;
  /** Whether stdin was read, as far as known. */
  tookStdin: boolean;
  spawnError: string | null;
  /** Processes that could not be ended, for messages: name and pid. */
  survivors: readonly string[];
}
