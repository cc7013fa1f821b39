import type { ModelConfig, ToolConfig } from '../config/types.js';
import type { Outcome } from '../domain/attempt.js';
import type { SessionTotals } from '../domain/cost.js';
import type { Deadline } from '../domain/deadline.js';
import type { Availability } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import type { FamilyRules } from '../domain/family.js';
import type { Access, Effort, Message } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { RequestOrigin } from '../domain/setting-names.js';
import type { Usage } from '../domain/usage.js';
import type { Connections } from './http/connections.js';

/** A fully resolved request for one tool, before it runs. */
export interface Task<T extends ToolConfig = ToolConfig> {
  tool: T;
  /** Catalogue name; `null` for a tool without models. */
  modelName: string | null;
  /** The id to send to the tool. */
  modelId: string | null;
  model: ModelConfig | null;
  agent: string | null;
  /** Where the request was made: messages call its settings by their names there. */
  origin: RequestOrigin;
  prompt: string;
  /** The user's file, if the prompt is exactly that file. */
  promptFile: string | null;
  system: string | null;
  /** The turns of a conversation, the prompt as the last one; empty: only the prompt. */
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
  /** The answer is shown as it comes and not needed as a whole, so only the end of a very long one is kept. */
  isShown: boolean;
  /** The tool's own session to continue. */
  toolSessionId: string | null;
  session: string | null;
  /** The calling agent, if it is another; for correlation only. */
  sourceAgent: string | null;
  /** Working directory, absolute. */
  cwd: string;
  /** It is made when the run starts [no]. */
  isCwdMade?: boolean;
  /** Absolute path of the binary, from the facts. */
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
  /** Usage of the tool's own session before this attempt resumed it; `null`: a new session. */
  sessionTotals: SessionTotals | null;
  /** The calls of the tool to its provider pass through the router. */
  usesGateway: boolean;
}

/** The router's environment, from which a tool's is derived. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The host, for look-ups that run nothing. */
export interface Host {
  env: Environment;
  platform: NodeJS.Platform;
}

/** Records started processes on disk, so that the next router can end them if this one is killed. Never rejects. */
export interface ProcessRecorder {
  /** Called before the private folder of an attempt (absolute, or none) is created and its process started. */
  beforeStart(folder: string | null): Promise<void>;
  /** Called when the process was started. */
  afterStart(pid: number): Promise<void>;
}

/** The surroundings of one attempt. */
export interface AdapterContext {
  env: Environment;
  /** Ends the attempt; its `failure` is the one to report. */
  deadline: Deadline;
  /** Kills at once, without grace (second Ctrl-C). */
  urgent: AbortSignal;
  /** Milliseconds of a monotonic clock. */
  monotonicMs: () => number;
  /** Wall clock, ms since the epoch. */
  now: () => number;
  /** Folder for private temp files. */
  tmpDir: string;
  /** Masks secrets. What a tool or provider said is masked before it is cut, since half a secret is not recognised. */
  redact: (text: string) => string;
  /** Connections to providers, which are kept for later calls. */
  connections: Connections;
  /** `usage` events are wanted: a cap has to be watched, or the cost so far is shown. */
  tellsUsage: boolean;
  /** `null`: no record is kept. */
  recorder: ProcessRecorder | null;
  /** Number of this attempt among those of the same tool in this invocation, from 0. */
  turn: number;
  /** Slots of tools that this attempt holds and shares with nested runs. */
  slots: readonly string[];
  /** The W3C trace context of what the attempt starts. */
  traceparent: string;
  /** Where the tool sends its calls; `null`: to its provider itself. */
  gatewayUrl: string | null;
  /** What binds nested runs. */
  family: FamilyRules;
}

/** A task with its command line or request: filled in once, then shown and run unchanged. */
export interface Call<T extends ToolConfig = ToolConfig> {
  task: Task<T>;
  preview: Preview;
}

/** Events of a working tool. */
export type AdapterEvent =
  /** `argv` has placeholders instead of the prompt and the system text. */
  | { type: 'started'; argv: readonly string[] | null; pid: number | null }
  | { type: 'delta'; text: string }
  /** The tool writes its answer again: the deltas so far do not count. */
  | { type: 'restart' }
  | {
      type: 'activity';
      /** The step of the tool, or the path of the file. */
      name: string;
      /** Whether it is a file that the tool has changed. */
      changedFile: boolean;
    }
  /** Usage of the run so far, by its own figures; reported only where the context has `tellsUsage`. */
  | {
      type: 'usage';
      usage: Usage | null;
      reportedCostMicroUsd: number | null;
      /** It lacks a part of what the run has used: good enough to be shown, and for nothing else. */
      isPartial: boolean;
    };

/** The call that `--dry-run` shows. */
export type Preview =
  | { argv: string[]; stdin: 'prompt' | 'closed' }
  | { request: PreviewedRequest }
  | { inProcess: true };

/** A request as it would be sent, with secrets in its headers masked. */
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
  /** Fills in the exact argv or request, or returns the failure of a run that cannot start. Writes nothing. */
  prepare(task: Task<T>, host: Host): Result<C, Failure>;
  /** Runs a call; yields events and returns the outcome. Never throws for a foreseen cause. */
  run(call: C, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void>;
  /** Secret values that the tool gets from the environment. */
  secrets(tool: T, env: Environment): string[];
  /** Options of the task that this tool does not support. */
  ignored(task: Task<T>): { option: string; detail: string }[];
}
