import type { Failure } from '../domain/failure.js';
import type { Result } from '../domain/result.js';
import type { OwnRuns } from './own-runs.js';
import type { ToolName } from './schemas.js';
import type { McpService } from './service.js';

/** A call whose arguments fit. */
export interface ToolCall {
  args: Readonly<Record<string, unknown>>;
  service: McpService;
  /** The runs that this client has started. */
  own: OwnRuns;
  /** Aborted when the client does not wait any longer, or the server ends. */
  signal: AbortSignal;
  /** Tells a client that asked for it how far the call is; `null`: it did not. */
  progress: ((message: string) => void) | null;
}

/** What a call came to. */
export interface ToolAnswer {
  /** For a model, one block each. */
  texts: readonly string[];
  /** The same for programs, as the schema of the tool says. */
  data: Readonly<Record<string, unknown>>;
  /** The call has failed. */
  isError?: boolean;
}

/** A tool of the server. */
export interface McpTool {
  name: ToolName;
  title: string;
  /** For a model that decides whether and how to call it. */
  description: string;
  /** Hints for clients that ask a person before a call. */
  annotations: {
    readOnlyHint: boolean;
    destructiveHint?: boolean;
    idempotentHint?: boolean;
    openWorldHint: boolean;
  };
  call(call: ToolCall): Promise<Result<ToolAnswer, Failure>>;
}
