import type { ModelConfig, ToolConfig } from '../config/types.js';
import type { Outcome } from '../domain/attempt.js';
import type { SessionTotals } from '../domain/cost.js';
import type { Deadline } from '../domain/deadline.js';
import type { Availability } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import type { Access, Effort, Message } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { Usage } from '../domain/usage.js';

/** What a tool has to do for a request: everything decided, nothing run yet. */
export interface Task<T extends ToolConfig = ToolConfig> {
  tool: T;
  /** Catalogue name; `null` for a tool without models. */
  modelName: string | null;
  /** The id to send to the tool. */
  modelId: string | null;
  model: ModelConfig | null;
  agent: string | null;
  prompt: string;
  /** The user's own file when the prompt is exactly that file. */
  promptFile: string | null;
  system: string | null;
  /** The turns of a conversation, the prompt as the last one; empty: the prompt is all there is. */
  turns: readonly Message[];
  access: Access;
  effort: Effort | null;
  maxTokens: number | null;
  temperature: number | null;
  /** Texts at which the answer ends. */
  stop: readonly string[];
  /** Cap of the run, integer micro-USD. */
  maxCostMicroUsd: number | null;
  /** JSON Schema that the answer must satisfy, as JSON text. */
  schema: string | null;
  /** A person sees the answer as it comes, and nothing else needs all of it: of a very long one only the end is kept. */
  isShown: boolean;
  /** The tool's own session to continue. */
  toolSessionId: string | null;
  session: string | null;
  /** Who asks, when that is somebody else than the agent: correlation only. */
  sourceAgent: string | null;
  /** Working directory, absolute. */
  cwd: string;
  /** Absolute path of the binary, as found when facts were gathered. */
  binaryPath: string | null;
  /** One attempt, ms. */
  timeoutMs: number;
  idleTimeoutMs: number | null;
  ids: {
    invocationId: string;
    rootId: string;
    traceId: string;
    depth: number;
  };
  /** What the tool's own session had used before this attempt resumed it; `null`: a new session. */
  sessionTotals: SessionTotals | null;
}

/** The router's own environment, from which a tool's is made. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a tool would run, for looking things up without running anything. */
export interface Host {
  env: Environment;
  platform: NodeJS.Platform;
}

/** Keeps on disk what a run starts, so that the next router can end it should this one be killed. Never rejects. */
export interface ProcessRecorder {
  /** Before the private folder of an attempt, absolute or none, is made and its process started. */
  beforeStart(folder: string | null): Promise<void>;
  /** The process was started. */
  afterStart(pid: number): Promise<void>;
}

/** What one attempt gets of the world. */
export interface AdapterContext {
  env: Environment;
  /** Ends the attempt; its `failure` is the one to report. */
  deadline: Deadline;
  /** Kills at once, without grace (second Ctrl-C). */
  urgent: AbortSignal;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs: () => number;
  /** Wall clock, ms since the epoch. */
  now: () => number;
  /** Folder for private temp files. */
  tmpDir: string;
  /** `null`: no record is kept. */
  recorder: ProcessRecorder | null;
  /** Number of this attempt among those of the same tool in this invocation, from 0. */
  turn: number;
  /** Slots of tools that this attempt holds: what runs inside of it shares them. */
  slots: readonly string[];
}

/** A task with the command line or the request that carries it out: filled in once, shown and run as it is. */
export interface Call<T extends ToolConfig = ToolConfig> {
  task: Task<T>;
  preview: Preview;
}

/** What happens while a tool works. */
export type AdapterEvent =
  /** `argv` without the prompt and the system text, for which their placeholders stand. */
  | { type: 'started'; argv: readonly string[] | null; pid: number | null }
  | { type: 'delta'; text: string }
  /** The tool writes its answer again: the deltas so far do not count. */
  | { type: 'restart' }
  | {
      type: 'activity';
      /** The step of the tool, or the path of the file. */
      name: string;
      /** It is a file that the tool has changed. */
      changedFile: boolean;
    }
  /** What the run has used by now, by its own figures; told only where a cap bounds it. */
  | { type: 'usage'; usage: Usage | null; reportedCostMicroUsd: number | null };

/** What would run: shown by `--dry-run`. */
export type Preview =
  | { argv: string[]; stdin: 'prompt' | 'closed' }
  | { request: PreviewedRequest }
  | { mock: true };

/** A request as it would be sent, with what is secret in its headers masked. */
export interface PreviewedRequest {
  method: 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
}

/** Runs one kind of tool. */
export interface Adapter<T extends ToolConfig = ToolConfig, C extends Call<T> = Call<T>> {
  readonly kind: T['kind'];
  /** Whether the tool can run on this host: binary found, variables set. Runs nothing. */
  availability(tool: T, host: Host): Availability;
  /** Fills in the exact argv or request; the failure is what a run would end in before it starts. Writes nothing. */
  prepare(task: Task<T>, host: Host): Result<C, Failure>;
  /** Runs a call; yields what happens and returns the outcome. Never throws for a foreseen cause. */
  run(call: C, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void>;
  /** Values that the tool takes from the environment and that must never be shown. */
  secrets(tool: T, env: Environment): string[];
  /** Options of the task that have a value but no place in this tool. */
  ignored(task: Task<T>): { option: string; detail: string }[];
}
