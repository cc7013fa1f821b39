/** What to start, and its clocks. */
export interface ProcessSpec {
  /** The program first: a path, or a name that the system looks up. */
  argv: readonly string[];
  /** Must exist: a missing one is reported as if the program were missing. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** `NAME=value` of the environment by which processes that left the group are known; `null`: they are not looked for. */
  marker: string | null;
  /** Names of programs that may outlive the process. */
  leaveRunning: readonly string[];
  /** Written and closed; `null`: closed from the start. */
  stdin: string | null;
  /** From start to exit, ms. */
  timeoutMs: number;
  /** Longest silence while we wait for output, ms; `null`: none. */
  idleTimeoutMs: number | null;
  /** SIGTERM to SIGKILL, ms. */
  graceMs: number;
  /** Ends the process group with grace. */
  signal: AbortSignal;
  /** Kills the process group at once. */
  urgent: AbortSignal;
  monotonicMs: () => number;
}

export type ProcessEvent =
  | { type: 'started'; pid: number }
  | { type: 'chunk'; source: 'stdout' | 'stderr'; bytes: Uint8Array };

/** Why a process is over; `not_started` has the system's code in `spawnError`. */
export interface ProcessEnd {
  ended: 'exit' | 'timeout' | 'first_output' | 'idle' | 'cancelled' | 'stopped' | 'not_started';
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** From start to the first byte of any output, ms. */
  firstOutputMs: number | null;
  /** All of stdin was handed over. */
  tookStdin: boolean;
  spawnError: string | null;
  /** Who could not be ended, for people: name and process id. */
  survivors: readonly string[];
}
