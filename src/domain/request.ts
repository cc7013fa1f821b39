import type { SessionTotals } from './cost.js';

/** How much a tool may do in the working directory, weakest first. */
export const ACCESS_LEVELS = ['none', 'read', 'edit', 'full'] as const;
export type Access = (typeof ACCESS_LEVELS)[number];

/** Model tiers; `--complexity` maps onto them: low, medium, high. */
export const TIERS = ['fast', 'balanced', 'premium'] as const;
export type Tier = (typeof TIERS)[number];

export const COMPLEXITIES = ['low', 'medium', 'high'] as const;
export type Complexity = (typeof COMPLEXITIES)[number];

/** The tier that each complexity asks for. */
export const TIER_OF_COMPLEXITY: Readonly<Record<Complexity, Tier>> = {
  low: 'fast',
  medium: 'balanced',
  high: 'premium',
};

export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** The call that we are nested in, read from the environment. */
export interface Parent {
  /** The invocation that runs the tool; `null`: only the depth is known. */
  id: string | null;
  /** The outermost invocation. */
  rootId: string | null;
  /** `null` when the environment carries none. */
  traceId: string | null;
  depth: number;
  /** Slots of tools that it, and those around it, have. */
  slots: readonly string[];
}

/** A session of a tool that an earlier invocation left. */
export interface Resume {
  invocationId: string;
  tool: string;
  model: string | null;
  toolSessionId: string;
  /** What the session has used so far. */
  totals: SessionTotals;
}

/** One part of a conversation. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  text: string;
}

/** What a caller asks for. `null` means not given: the config decides. */
export interface Request {
  agent: string | null;
  /** The whole prompt, contexts included, byte for byte as the tool shall see it. */
  prompt: string;
  /** A conversation that goes before the prompt; the prompt may be empty then. */
  messages: readonly Message[];
  /** The user's own file, when the prompt is exactly that file. */
  promptFile: string | null;
  system: string | null;
  task: string | null;
  tier: Tier | null;
  complexity: Complexity | null;
  tool: string | null;
  model: string | null;
  /** Instead of the agent's policy. */
  policy: string | null;
  /** What the tool may do; `null`: what the agent's config says. */
  access: Access | null;
  effort: Effort | null;
  maxTokens: number | null;
  temperature: number | null;
  /** Texts at which the answer ends. */
  stop: readonly string[];
  /** Cap of this request, integer micro-USD. */
  maxCostMicroUsd: number | null;
  /** Go over limits of spending; only with a justification. */
  force: boolean;
  /** Why so much may be spent; kept in the ledger. */
  justification: string | null;
  /** JSON Schema that the answer must satisfy, as JSON text. */
  schema: string | null;
  /** The tool's own session to continue. */
  resume: Resume | null;
  /** Whole invocation, ms. */
  timeoutMs: number | null;
  /** Working directory of the tool, absolute. */
  cwd: string;
  /** `--fallback` / `--no-fallback`; `null`: on, unless tool or model was named. */
  fallback: boolean | null;
  /** More tries of each candidate; `null`: what the policy says. */
  maxRetries: number | null;
  /** The longest wait beyond an ordinary retry when nobody else is left, ms. */
  patienceMs: number;
  /** Live text is shown as it comes: a failure after that ends the invocation as `partial`. */
  stream: boolean;
  session: string | null;
  /** Who asks, when that is somebody else than the agent: correlation only. */
  sourceAgent: string | null;
  traceId: string | null;
  tags: Readonly<Record<string, string>>;
  parent: Parent | null;
}

/** A request that asks for nothing in particular, to start from. */
export function emptyRequest(cwd: string): Request {
  return {
    agent: null,
    prompt: '',
    messages: [],
    promptFile: null,
    system: null,
    task: null,
    tier: null,
    complexity: null,
    tool: null,
    model: null,
    policy: null,
    access: null,
    effort: null,
    maxTokens: null,
    temperature: null,
    stop: [],
    maxCostMicroUsd: null,
    force: false,
    justification: null,
    schema: null,
    resume: null,
    timeoutMs: null,
    cwd,
    fallback: null,
    maxRetries: null,
    patienceMs: 0,
    stream: false,
    session: null,
    sourceAgent: null,
    traceId: null,
    tags: {},
    parent: null,
  };
}
