import type { ArgvTemplate } from '../domain/template.js';
import type { AGENT } from './keys/agents.js';
import type { backoff } from './keys/backoff.js';
import type { BUDGET } from './keys/budget.js';
import type { COMMAND } from './keys/command-tools.js';
import type { COMMON } from './keys/common-tools.js';
import type { CONFIG } from './keys/config.js';
import type { CUSTOM } from './keys/custom-tools.js';
import type { failureRule } from './keys/failures.js';
import type { HTTP } from './keys/http-tools.js';
import type { MOCK } from './keys/mock-tools.js';
import type { APIS, GATEWAY_APIS, MODEL } from './keys/models.js';
import type { OUTPUT } from './keys/output.js';
import type { POLICY } from './keys/policies.js';
import type { Resolved, ValueOf } from './keys/resolved.js';
import type { Selectors } from './keys/selectors.js';
import type { Placed } from './written.js';

export type {
  EventFilter,
  OutputSource,
  Selector,
  Selectors,
  Take,
  TimeMention,
  TimeUnit,
} from './keys/selectors.js';
export type { Placed } from './written.js';

/**
 * The checked and resolved configuration: nothing is optional that has a default. What each key is says its definition in
 * `keys/`; here stands what resolving adds. Variables are not expanded yet.
 */
export interface RouterConfig extends Resolved<typeof CONFIG> {
  /** Files it was read from, as named to the user. Empty: built-in catalogue only. */
  files: readonly string[];
  agents: Readonly<Record<string, AgentConfig>>;
  /** In order of preference: the user's own first, then the built-in ones. */
  tools: Readonly<Record<string, ToolConfig>>;
  models: Readonly<Record<string, ModelConfig>>;
  /** `default` is always there. */
  policies: Readonly<Record<string, PolicyConfig>>;
}

/** What every entry of a section has. */
interface Entry {
  name: string;
  /** `file:line:column` of its name; `null` for what is in no file. */
  at: string | null;
}

export interface AgentConfig extends Entry, Resolved<typeof AGENT> {}

/** What every kind of tool has. */
export interface ToolBase extends Entry, Resolved<typeof COMMON> {
  builtIn: boolean;
  /** One attempt, ms. */
  timeoutMs: number;
  /** What enforces the cap of a run: the tool itself, or the router by what it sees of the cost. */
  costCap: 'enforced' | 'checked';
}

/** A tool that is a subprocess. */
export interface CommandTool
  extends ToolBase,
    Omit<Resolved<typeof COMMAND>, 'output' | 'binary' | 'prompt' | keyof ToolBase> {
  kind: 'command';
  /** A path, or a name that is looked up in PATH. */
  binary: Placed<string>;
  /** Of `command_template` or `args`. */
  argv: ArgvTemplate;
  prompt: PromptWay;
  output: OutputGrammar;
}

export type PromptWay = NonNullable<Resolved<typeof COMMAND>['prompt']>;

/** What a tool would take for more than text, and what it gets instead (replacement text of JavaScript: `$&`, `$1`). */
export type PromptEscape = CommandTool['promptEscapes'][number];

/** An in-process tool whose answers stand in the config: demos, tests, dry environments. */
export interface MockTool extends ToolBase, Omit<Resolved<typeof MOCK>, keyof ToolBase> {
  kind: 'mock';
}

export type MockResponse = MockTool['responses'][number];

/** A protocol that a provider API speaks. */
export type Api = (typeof APIS)[number];

/** A protocol whose calls a gateway can read. */
export type GatewayApi = (typeof GATEWAY_APIS)[number];

/** How the calls of a tool to its provider pass through the router. */
export type GatewaySettings = NonNullable<CommandTool['gateway']>;

/** A tool that is a provider API, or a local server that speaks the same protocol. */
export interface HttpTool extends ToolBase, Omit<Resolved<typeof HTTP>, keyof ToolBase> {
  kind: 'http';
}

/** A tool that a program runs itself, by an adapter that it hands to the library. */
export interface CustomTool extends ToolBase, Omit<Resolved<typeof CUSTOM>, keyof ToolBase> {
  kind: 'custom';
}

export type ToolConfig = CommandTool | HttpTool | MockTool | CustomTool;

export interface OutputGrammar extends Omit<Resolved<typeof OUTPUT>, 'finishReason'> {
  finishReason: Selectors;
  /** The tool's own words to the normal ones. */
  finishReasonMap: ValueOf<typeof OUTPUT.finish_reason>['map'];
}

/** Recognises a failure; all given conditions must hold. First match wins. */
export type FailureRule = ValueOf<typeof failureRule>;

export interface ModelConfig extends Entry, Omit<Resolved<typeof MODEL>, 'id'> {
  /** Sent to tools. */
  id: string;
}

/** Limits of spending that are counted together. */
export interface BudgetConfig extends Omit<Resolved<typeof BUDGET>, 'limit'> {
  at: string | null;
  /** Blocks what would pass the limit; else it warns and asks. */
  isHard: boolean;
  /** Share of the limit from which on it warns. */
  thresholdPercent: number;
}

export interface PolicyConfig extends Entry, Resolved<typeof POLICY> {
  /** Its own; those of `default` always apply too. */
  budgets: readonly BudgetConfig[];
}

/** The waits between tries of the same candidate, and how many there may be. */
export type Backoff = { [K in keyof Resolved<typeof backoff>]: number };

/** When the same candidate is tried again. */
export type RetryPolicy = PolicyConfig['retry'];

/** When a tool and model are skipped after failures, over all processes. */
export type CooldownPolicy = PolicyConfig['cooldown'];
