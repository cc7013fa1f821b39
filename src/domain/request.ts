import type { SessionTotals } from './cost.js';
import type { FamilyRules } from './family.js';
import type { RequestOrigin } from './setting-names.js';
import type { ParentSpan } from './trace-context.js';

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

/** The outer call of a nested call, from the environment. */
export interface Parent {
  /** The invocation whose tool made this call; `null`: only the depth is known. */
  id: string | null;
  /** The outermost invocation. */
  rootId: string | null;
  /** `null` when the environment carries none. */
  traceId: string | null;
  depth: number;
  /** Slots held by the outer calls. */
  slots: readonly string[];
  /** The cap that it shares with the outer calls, and how many calls its caller may make. */
  family: FamilyRules;
}

/** The tool session of an earlier invocation. */
export interface Resume {
  invocationId: string;
  tool: string;
  model: string | null;
  toolSessionId: string;
  /** Usage of the session so far. */
  totals: SessionTotals;
}

/** The prompt that continues a session: the request is in the session already. */
export const CONTINUE_PROMPT = 'Continue where you stopped.';

/** Where an agent works that may change files. */
export const ISOLATIONS = ['none', 'worktree'] as const;

/** A run as a candidate of a race. */
export interface RaceEntry {
  raceId: string;
  /** A command decides whether it passes. */
  isVerified: boolean;
}

/** A run in a work tree of its own. */
export interface Isolation {
  /** Its change is also left as a branch `llm-router-<id>`. */
  keepsBranch: boolean;
  /** It is a candidate of a race, so its change stays in its snapshots until one is picked; `null`: it comes back by itself. */
  race: RaceEntry | null;
}

/** One part of a conversation. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  text: string;
}

/** A request. `null` means not given: the config decides. */
export interface Request {
  /** Where it was made: messages call its settings by their names there. */
  origin: RequestOrigin;
  agent: string | null;
  /** The whole prompt, contexts included, byte for byte as the tool gets it. */
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
  /** Overrides the agent's policy. */
  policy: string | null;
  /** Access level of the tool; `null`: that of the agent. */
  access: Access | null;
  effort: Effort | null;
  maxTokens: number | null;
  temperature: number | null;
  /** Texts at which the answer ends. */
  stop: readonly string[];
  /** Cap of this request, integer micro-USD. */
  maxCostMicroUsd: number | null;
  /** Exceed spending limits; needs a justification. */
  force: boolean;
  /** Reason for the spend; recorded in the ledger. */
  justification: string | null;
  /** JSON Schema that the answer must satisfy, as JSON text. */
  schema: string | null;
  /** The tool's own session to continue. */
  resume: Resume | null;
  /** Whole invocation, ms. */
  timeoutMs: number | null;
  /** Working directory of the tool, absolute. */
  cwd: string;
  /** In a work tree of its own, from which the change comes back; `null`: as the agent says. */
  isolation: Isolation | null;
  /** `--fallback` / `--no-fallback`; `null`: on, unless tool or model was named. */
  fallback: boolean | null;
  /** Retries of each candidate; `null`: as the policy says. */
  maxRetries: number | null;
  /** The longest wait beyond an ordinary retry when no other candidate is left, ms. */
  patienceMs: number;
  /** Live text is shown as it comes: a failure after that ends the invocation as `partial`. */
  stream: boolean;
  session: string | null;
  /** The calling agent, if it is another; for correlation only. */
  sourceAgent: string | null;
  traceId: string | null;
  /** The span of the program that asks; `null`: it names none. */
  parentSpan: ParentSpan | null;
  tags: Readonly<Record<string, string>>;
  parent: Parent | null;
}

/** A request without any option. */
export function emptyRequest(cwd: string): Request {
  return {
    origin: 'command_line',
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
    isolation: null,
    fallback: null,
    maxRetries: null,
    patienceMs: 0,
    stream: false,
    session: null,
    sourceAgent: null,
    traceId: null,
    parentSpan: null,
    tags: {},
    parent: null,
  };
}
