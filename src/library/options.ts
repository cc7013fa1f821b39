import type { EventSink } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import { isMap } from '../domain/lookup.js';
import type { RoutingPolicy } from '../router/planning/routing-policy.js';
import type { LogRecord } from '../telemetry/log-fields.js';
import type { ToolAdapter } from './adapter.js';
import {
  anyOf,
  type Checks,
  callback,
  filledText,
  flag,
  listOf,
  mapOf,
  signal,
  text,
  troubleOf,
} from './checks.js';
import { OptionError } from './errors.js';
import type { Given } from './request.js';
import type { Signal } from './signal.js';
import type { AttemptUsage } from './token-usage.js';
import type { TraceStore } from './trace-store.js';

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Receives the lines of the structured log of a run, such as `policy.choice` or `llm.complete.success`; the run waits for it. */
export type LogSink = (record: LogRecord) => void | Promise<void>;

/** What the options of a router may be. */
export interface RouterOptionFields {
  /** Variables for tools and keys [those of the process]. */
  env: Env;
  /** Cancels every request of this router. */
  signal: Signal;
  /** A folder, or a store of one's own, that keeps a trace of every invocation [none]. */
  traces: string | TraceStore;
  /** File of the ledger [that of the command line where the config limits something, else none]. */
  ledger: string;
  /** File of the audit log; `false` keeps none [that of the command line]. */
  audit: string | false;
  /** Folder that spending is counted under [the working directory]. */
  project: string;
  /** Run the tools of kind `custom`, by their names in the config. */
  adapters: Readonly<Record<string, ToolAdapter>>;
  /** Reorders and leaves out candidates. */
  route: RoutingPolicy;
  /** Receive the structured log, each for itself. */
  sinks: readonly LogSink[];
  /** Told after every attempt whose usage is known. */
  onTokenUsage: (usage: AttemptUsage) => void | Promise<void>;
  /** Told when something, such as a line of the audit log, cannot be recorded; the run goes on. */
  onWarning: (message: string) => void;
}

export type RouterOptions = Given<RouterOptionFields>;

const ROUTER: Checks<RouterOptionFields> = {
  env: mapOf((value) => (value === undefined ? null : text(value)), 'must be an object of texts'),
  signal,
  traces: anyOf([filledText, isStore], 'must be a folder, or an object with the function `write`'),
  ledger: filledText,
  audit: anyOf([filledText, (value) => (value === false ? null : '')], 'must be a file or `false`'),
  project: filledText,
  adapters: mapOf(isAdapter, 'must be an object of adapters, each with the function `run`'),
  route: callback,
  sinks: listOf(callback, 'must be a list of functions'),
  onTokenUsage: callback,
  onWarning: callback,
};

/** How to run one request. */
export interface CompleteOptionFields {
  /** Cancels this request. */
  signal: Signal;
  /** Gets every event of the run, which waits for it. */
  onEvent: EventSink;
}

export type CompleteOptions = Given<CompleteOptionFields>;

const COMPLETE: Checks<CompleteOptionFields> = { signal, onEvent: callback };

/** How to follow one request. */
export type StreamOptions = Given<Pick<CompleteOptionFields, 'signal'>>;

const STREAM: Checks<Pick<CompleteOptionFields, 'signal'>> = { signal };

/** Where to look for a config. */
export interface LoadOptionFields {
  /** File or folder; without it the user's and the project's config are searched from `cwd`. */
  path: string;
  /** Absolute [that of the process]. */
  cwd: string;
  env: Env;
  /** Whether a project's config that was found by searching may run without `llm-router config trust` [false]. */
  trust: boolean;
}

export type LoadOptions = Given<LoadOptionFields>;

const LOAD: Checks<LoadOptionFields> = { path: filledText, cwd: filledText, env: ROUTER.env, trust: flag };

/** What `health` looks at. */
export interface HealthOptionFields {
  /** Only this agent [all]. */
  agent: string;
  /** Whether binaries are run for their version and login [true]. */
  probe: boolean;
  /** Whether endpoints are connected to [false]. */
  online: boolean;
}

export type HealthOptions = Given<HealthOptionFields>;

const HEALTH: Checks<HealthOptionFields> = { agent: filledText, probe: flag, online: flag };

/** What `models` lists. */
export interface ModelsOptionFields {
  /** Only the models of this tool [all]. */
  tool: string;
  /** The agent whose policy says what is allowed [the `default_agent`]. */
  agent: string;
  /** Asks the providers, however new their lists are [false]. */
  refresh: boolean;
  /** Ends the questions to providers. */
  signal: Signal;
}

export type ModelsOptions = Given<ModelsOptionFields>;

const MODELS: Checks<ModelsOptionFields> = { tool: filledText, agent: filledText, refresh: flag, signal };

/** Each throws an `OptionError` for an unknown option, or a value that is none. */
export const checkRouterOptions = checker(ROUTER, '`createRouter`');
export const checkCompleteOptions = checker(COMPLETE, '`complete`');
export const checkStreamOptions = checker(STREAM, '`stream`');
export const checkLoadOptions = checker(LOAD, '`loadConfig`');
export const checkModelsOptions = checker(MODELS, '`models`');
export const checkHealthOptions = checker(HEALTH, '`health`');

/** The given options alone. */
function checker<T>(checks: Checks<T>, name: string): (given: Given<T>) => Partial<T> {
  return (given) => {
    const wrong: Failure | null = troubleOf<T>(given, checks, `the options of ${name}`);
    if (wrong !== null) throw new OptionError(wrong);
    const present = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
    return Object.fromEntries(present) as Partial<T>;
  };
}

function isAdapter(value: unknown): string | null {
  return isMap(value) && typeof value.run === 'function' ? null : '';
}

function isStore(value: unknown): string | null {
  return isMap(value) && typeof value.write === 'function' ? null : '';
}
