import type { FinishReason } from '../domain/attempt.js';
import type { FailureType } from '../domain/failure.js';
import type { Access, Effort, Message } from '../domain/request.js';
import type { Usage } from '../domain/usage.js';
import type { Signal } from './signal.js';

/** What a tool is asked; `null`: not given. */
export interface ToolTask {
  tool: string;
  model: string | null;
  agent: string | null;
  prompt: string;
  system: string | null;
  /** The turns of a conversation, the prompt as the last one; empty: only the prompt. */
  messages: readonly Message[];
  access: Access;
  effort: Effort | null;
  maxTokens: number | null;
  temperature: number | null;
  stop: readonly string[];
  /** JSON Schema that the answer must satisfy, as JSON text. */
  schema: string | null;
  /** Absolute. */
  cwd: string;
  invocationId: string;
  traceId: string;
}

/** How a tool answered; every field may be left out. */
export interface ToolResult {
  /** The tokens that it used; a counter that is left out is unknown. */
  usage?: Partial<Usage>;
  /** What it cost, US dollars, if it says so; else the price of the model counts. */
  costUsd?: number;
  /** The structured value of the answer. */
  data?: unknown;
  finishReason?: FinishReason;
  /** The model that answered, if the tool names it. */
  responseModel?: string;
  /** Why it did not answer; decides on retries and fallbacks. */
  failure?: { type: FailureType; message: string; hint?: string; retryAfterMs?: number };
}

/** Runs the tools of kind `custom` that it is given for. */
export interface ToolAdapter {
  /** Why the tool cannot run now, as a sentence; `null`: it can [always]. */
  unavailable?(): string | null;
  /**
   * Yields the answer piece by piece and returns the rest. `signal` ends it: an adapter that goes on is not waited for. What it throws
   * becomes a `provider_error`.
   */
  run(task: ToolTask, context: { signal: Signal }): AsyncGenerator<string, ToolResult | undefined, void>;
}
