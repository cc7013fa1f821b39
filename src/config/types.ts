import type { FinishReason } from '../domain/attempt.js';
import type { Billing, Price } from '../domain/cost.js';
import type { CoolingScope, FailureType } from '../domain/failure.js';
import type { Access, Effort, Tier } from '../domain/request.js';
import type { ArgvTemplate, TemplateArgument } from '../domain/template.js';
import type { APIS } from './schema/parts.js';

/** A value that can turn out wrong later, with the place where it was written (`file:line:column`). */
export interface Placed<T> {
  value: T;
  /** `null` for a default that nobody wrote. */
  at: string | null;
}

/** The checked and resolved configuration: nothing is optional that has a default. Variables are not expanded yet. */
export interface RouterConfig {
  /** Files it was read from, as named to the user. Empty: built-in catalogue only. */
  files: readonly string[];
  defaultAgent: Placed<string> | null;
  agents: Readonly<Record<string, AgentConfig>>;
  /** In order of preference: the user's own first, then the built-in ones. */
  tools: Readonly<Record<string, ToolConfig>>;
  models: Readonly<Record<string, ModelConfig>>;
  tiers: Readonly<Record<Tier, readonly Placed<string>[]>>;
  policies: Readonly<Record<string, PolicyConfig>>;
  traces: {
    enabled: boolean;
    /** Absolute path. */
    dir: Placed<string> | null;
    /** Traces that are older are removed. */
    retentionDays: number;
  };
  audit: {
    /** Days for which lines are kept. */
    retentionDays: number;
  };
  ledger: {
    /** Absolute path. */
    path: Placed<string> | null;
    /** Rows of invocations that are older are removed; what they add up to stays. */
    retentionDays: number;
  };
}

export interface AgentConfig {
  name: string;
  description: string | null;
  at: string | null;
  preferredTool: Placed<string> | null;
  preferredModel: Placed<string> | null;
  system: string | null;
  /** Absolute path. */
  systemFile: Placed<string> | null;
  fallbackChain: readonly Placed<string>[];
  /** Task type to `model` or `tool:model`. */
  taskTypes: Readonly<Record<string, Placed<string>>>;
  policy: Placed<string> | null;
  access: Placed<Access>;
  effort: Effort | null;
  /** One attempt, ms; `null`: the tool's. */
  timeoutMs: number | null;
  idleTimeoutMs: number | null;
  maxTokens: number | null;
  temperature: number | null;
  /** Cap of one request, integer micro-USD. */
  maxCostMicroUsd: number | null;
  /** File with the JSON Schema of the answer, absolute. */
  schema: Placed<string> | null;
}

/** What every kind of tool has. */
export interface ToolBase {
  name: string;
  at: string | null;
  builtIn: boolean;
  /** Model names it can run; `*` passes any id on. */
  models: readonly Placed<string>[];
  billing: Billing | 'auto';
  installHint: string | null;
  /** One attempt, ms. */
  timeoutMs: number;
  /** Runs at once, over all processes; `null`: any number. */
  concurrency: Placed<number> | null;
  rateLimit: RateLimit;
  /** Who holds the cap of a run: the tool itself, or the router by what it sees of the cost. */
  costCap: 'enforced' | 'checked';
}

/** How often a tool may be started, over all processes; `null`: as often as anybody likes. */
export interface RateLimit {
  perMinute: Placed<number> | null;
  perHour: Placed<number> | null;
  /** So many may wait for their turn. */
  queue: number;
}

/** A tool that is a subprocess. */
export interface CommandTool extends ToolBase {
  kind: 'command';
  /** A path, or a name that is looked up in PATH. */
  binary: Placed<string>;
  argv: ArgvTemplate;
  /** Arguments for each access level, spliced in at `{access_args}`; `null`: the tool has no levels. */
  accessArgs: Readonly<Partial<Record<Access, readonly string[]>>> | null;
  prompt: PromptWay;
  /** Applied to the prompt in order, each with the flags `gu`, before it is passed on. */
  promptEscapes: readonly PromptEscape[];
  output: OutputGrammar;
  failures: readonly FailureRule[];
  okExitCodes: readonly number[];
  allowEmpty: boolean;
  /** Values may hold `${VAR}`, `${VAR:-default}` and `$${`. */
  envVars: Readonly<Record<string, Placed<string>>>;
  /** Variables made of placeholders; one with a missing value is left out. They win over `envVars`. */
  envTemplate: Readonly<Record<string, TemplateArgument>>;
  envRequired: readonly Placed<string>[];
  envUnset: readonly string[];
  /**
   * Variables that hold an API key. With `billing: auto` one that is set means metered billing; with `subscription` the tool
   * does not inherit them.
   */
  apiKeyEnv: readonly string[];
  envInherit: 'all' | readonly string[];
  privateTmp: boolean;
  /** Names and texts of files that are written into `{private_dir}` for each run. */
  privateFiles: Readonly<Record<string, string>>;
  version: { args: readonly string[]; pattern: string; minimum: string | null } | null;
  /** How to ask, without cost, whether somebody is logged in; `null`: the tool cannot be asked. */
  loginCheck: { args: readonly string[]; exitCode: number; hint: string | null } | null;
  /** `null`: no idle clock. */
  idleTimeoutMs: number | null;
  /** SIGTERM to SIGKILL, ms. */
  graceMs: number;
  maxOutputBytes: number;
  /** Names of programs that may outlive a run. */
  leaveRunning: readonly string[];
}

export type PromptWay = 'stdin' | 'file' | 'argument';

/** What a tool would take for more than text, and what it gets instead (replacement text of JavaScript: `$&`, `$1`). */
export interface PromptEscape {
  pattern: string;
  replace: string;
}

/** An in-process tool whose answers stand in the config: demos, tests, dry environments. */
export interface MockTool extends ToolBase {
  kind: 'mock';
  /** Given in turn, one per attempt; the last one repeats. */
  responses: readonly MockResponse[];
}

export interface MockResponse {
  /** The answer; `{prompt}`, `{model}` and `{agent}` are filled in. */
  text: string;
  /** Pieces to stream it in; `null`: in one. */
  deltas: readonly string[] | null;
  /** Wait before the answer (between deltas: spread evenly), ms. */
  delayMs: number;
  usage: { inputTokens: number | null; outputTokens: number | null } | null;
  finishReason: FinishReason;
  /** Fails with this instead of answering; `deltas`, if given, are shown before. */
  failure: { type: FailureType; message: string; retryAfterMs: number | null } | null;
}

/** A protocol that a provider API speaks. */
export type Api = (typeof APIS)[number];

/** A tool that is a provider API, or a local server that speaks the same protocol. */
export interface HttpTool extends ToolBase {
  kind: 'http';
  /** A model of the catalogue may need another. */
  api: Api;
  /** May hold `${VAR}`, like the headers. */
  baseUrl: Placed<string>;
  /** Names of variables; the first that is set holds the key. Empty: no key is needed. */
  apiKeyEnv: readonly string[];
  headers: Readonly<Record<string, Placed<string>>>;
  /** Keys of the body of every request; they win over ours. */
  extraBody: Readonly<Record<string, unknown>>;
  /** Until a connection is ready to send, TLS and proxy included, ms. */
  connectTimeoutMs: number;
  /** Longest silence of a connection that is ready, ms. */
  idleTimeoutMs: number;
  /** The most text of an answer. */
  maxOutputBytes: number;
}

export type ToolConfig = CommandTool | HttpTool | MockTool;

export type OutputSource = 'stdout' | 'stderr' | 'output_file' | 'usage_file';

/** How to find a value in a tool's output; the grammar of the configuration reference. */
export type Selector =
  | {
      kind: 'pointer';
      pointer: string;
      from: OutputSource;
      event: EventFilter | null;
      after: EventFilter | null;
      take: Take;
    }
  | { kind: 'keys'; pointer: string; from: OutputSource; event: EventFilter | null; take: Take }
  | { kind: 'regex'; regex: string; from: OutputSource; group: string | null; take: Take };

export type Take = 'first' | 'last' | 'sum' | 'concat' | 'max';

/** Pointers that must equal a scalar, or match `/regex/` when written between slashes. */
export type EventFilter = Readonly<Record<string, string | number | boolean | null>>;

/** Several selectors: their sum for numbers, the first present for text. */
export type Selectors = readonly Selector[];

export interface OutputGrammar {
  format: 'text' | 'json' | 'ndjson';
  from: OutputSource;
  text: Selectors;
  deltas: Selectors;
  activity: Selectors;
  /** Paths of files that the tool changes, on events. */
  changedFiles: Selectors;
  /** Pointers and the value that a finished answer must show. */
  success: EventFilter | null;
  /** The event without which the stream counts as cut off. */
  end: EventFilter | null;
  usage: {
    inputTokens: Selectors;
    cacheReadTokens: Selectors;
    cacheWriteTokens: Selectors;
    cacheWrite1hTokens: Selectors;
    outputTokens: Selectors;
    reasoningTokens: Selectors;
    inputIncludesCache: boolean;
    outputIncludesReasoning: boolean;
    /** After a resume the counts, and the cost, are totals of the session: the difference is this run's. */
    cumulative: boolean;
  };
  costUsd: Selectors;
  toolSessionId: Selectors;
  responseModel: Selectors;
  finishReason: Selectors;
  /** The tool's own words to the normal ones. */
  finishReasonMap: Readonly<Record<string, FinishReason>>;
  data: Selectors;
  error: { message: Selectors; status: Selectors; code: Selectors };
  /** Prints only when done: no idle clock. */
  atExit: boolean;
}

/** Recognises a failure; all given conditions must hold. First match wins. */
export interface FailureRule {
  type: FailureType;
  when: {
    exitCodes: readonly number[] | null;
    signal: string | null;
    status: readonly number[] | null;
    code: readonly string[] | null;
    /** Regex on the error message. */
    error: string | null;
    /** Regex on standard error. */
    stderr: string | null;
    pointer: EventFilter | null;
  };
  /** The point in time at which the limit resets; epoch (s or ms), ISO or words. */
  resetAt: TimeMention | null;
  /** The wait that the tool asks for: seconds, a duration or an HTTP date. Read when `resetAt` tells nothing. */
  retryAfter: TimeMention | null;
  /** What is left alone until then: this model of the tool, or the whole tool. */
  cools: CoolingScope;
  hint: string | null;
}

/** Where a tool tells a time: a regex with the group `time`, and perhaps `zone`, on its error words; or a selector. */
export type TimeMention = { kind: 'words'; regex: string } | { kind: 'selected'; selectors: Selectors };

export interface ModelConfig {
  name: string;
  at: string | null;
  provider: string | null;
  /** Sent to tools. */
  id: string;
  /** Ids that differ, by tool. */
  ids: Readonly<Record<string, string>>;
  /** Where it needs another protocol than its tool's. */
  api: Api | null;
  tier: Tier | null;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  price: Price | null;
}

/** Limits of spending that are counted together. */
export interface BudgetConfig {
  at: string | null;
  /** All runs of the user, those that the policy applies to, or those of each agent. */
  scope: 'global' | 'policy' | 'agent';
  /** Integer micro-USD. */
  perRequestMicroUsd: Placed<number> | null;
  dailyMicroUsd: Placed<number> | null;
  monthlyMicroUsd: Placed<number> | null;
  /** Blocks what would pass the limit; else it warns and asks. */
  isHard: boolean;
  /** Share of the limit from which on it warns. */
  thresholdPercent: number;
}

export interface PolicyConfig {
  name: string;
  at: string | null;
  /** Its own; those of `default` always apply too. */
  budgets: readonly BudgetConfig[];
  /** A run that may cost more needs a justification; integer micro-USD. */
  requireJustificationOverMicroUsd: Placed<number> | null;
  costOptimization: {
    simpleTaskThresholdTokens: Placed<number> | null;
    simpleTaskModels: readonly Placed<string>[];
    complexTaskModels: readonly Placed<string>[];
  };
  governance: {
    allowedModels: readonly Placed<string>[];
    deniedModels: readonly Placed<string>[];
    allowedTools: readonly Placed<string>[];
    deniedTools: readonly Placed<string>[];
    /** Providers, the best first: their models come first in lists of which the first usable is taken. */
    providerPreference: readonly Placed<string>[];
  };
  retry: RetryPolicy;
  /** A rate limit leads to the next candidate at once; else the same one is tried again first. */
  autoFallbackOnRateLimit: boolean;
  cooldown: CooldownPolicy;
  /** How deep calls of the router may be nested; 0: not at all. */
  maxDepth: number;
  privacy: {
    /** Prompts and answers go into traces. */
    logPrompts: boolean;
    /** Regexes whose matches are masked everywhere. */
    redact: readonly Placed<string>[];
  };
}

/** The waits between tries of the same candidate, and how many there may be. */
export interface Backoff {
  /** More tries: 0 is one call. */
  maxRetries: number;
  baseDelayMs: number;
  /** Each wait is so many times the one before. */
  multiplier: number;
  /** The longest wait that is an ordinary retry. */
  maxDelayMs: number;
}

/** When the same candidate is tried again. */
export interface RetryPolicy extends Backoff {
  /** Attempts of the whole invocation. */
  maxAttempts: number;
  /** Waits vary by chance between nothing and their full length. */
  jitter: boolean;
  /** An answer that breaks its schema is asked for once more, with the failing places. */
  retryOnContractViolation: boolean;
  /** Another try also after a tool that may edit has started to work. */
  afterSideEffects: boolean;
  /** What differs by type of failure. */
  perFailure: Readonly<Partial<Record<FailureType, Partial<Backoff>>>>;
}

/** When a tool and model are left alone after failures, over all processes. */
export interface CooldownPolicy {
  /** So many failures, */
  afterFailures: number;
  /** in such a time, */
  withinMs: number;
  /** are left alone for so long. */
  forMs: number;
}
