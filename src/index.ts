import path from 'node:path';
import type { RouterConfig } from './config/types.js';
import { loadConfigFiles } from './config-files/load.js';
import { trustOf } from './config-files/trust.js';
import { startDeadline } from './deadline.js';
import type { Diagnostic } from './diagnostics/diagnostic.js';
import { hasPrompt, missingPrompt } from './domain/conversation.js';
import type { EventSink } from './domain/events.js';
import { type Failure, failure } from './domain/failure.js';
import type { Invocation } from './domain/invocation.js';
import type { Plan } from './domain/plan.js';
import { emptyRequest, type Message, type Request } from './domain/request.js';
import { type LedgerAccess, ledgerAccess } from './ledger/access.js';
import { auditFile, ledgerFile, runningDir } from './paths.js';
import type { AuditTarget } from './router/audit.js';
import { openCooldowns } from './router/cooldowns.js';
import type { Planned } from './router/planned.js';
import { readAgentFile } from './router/planning/agent-files.js';
import { callerOf, personOnly } from './router/planning/caller.js';
import { createRouter as composeRouter } from './router/router.js';
import { redactorOf } from './router/secrets.js';
import type { TraceTarget } from './router/traces.js';
import { needsLedger } from './router/world.js';
import { type HostWorld, realHost } from './world.js';

export type { RouterConfig } from './config/types.js';
export type { Diagnostic } from './diagnostics/diagnostic.js';
export type { EventSink, RunEvent } from './domain/events.js';
export type { Failure, FailureType } from './domain/failure.js';
export type { Invocation } from './domain/invocation.js';
export type { Plan } from './domain/plan.js';
export type { Message, Request } from './domain/request.js';

/** Why a config could not be loaded: every finding, as `config validate` would print it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join('; '));
  }
}

/** A request that could not be planned: an unknown name, or a file that cannot be read. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Where to look for a config. */
export interface LoadOptions {
  /** File or folder; without it the user's and the project's config are searched from `cwd`. */
  path?: string;
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
}

/** A project's config was found by searching and is not trusted, so that nothing in it may run. */
export class NotTrustedError extends Error {
  override readonly name = 'NotTrustedError';
  constructor(readonly folder: string) {
    super(
      `the config of ${folder} is not trusted: run \`llm-router config trust\` there, give its \`path\`, or set LLM_ROUTER_TRUST=1`,
    );
  }
}

/**
 * Finds, reads, checks and resolves a config. Rejects with a `ConfigError` that carries all diagnostics, and with a
 * `NotTrustedError` for a project's config that was not named and is not trusted.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<RouterConfig> {
  const { home, cwd, env: ownEnv } = realHost();
  const env = options.env ?? ownEnv;
  const explicit = options.path === undefined ? [] : [options.path];
  const loaded = await loadConfigFiles({ explicit, env, cwd: options.cwd ?? cwd, home });
  if (loaded.config === null) throw new ConfigError(loaded.diagnostics);
  const trust = await trustOf(loaded, { env, home });
  if (!trust.trusted) throw new NotTrustedError(trust.subject.folder);
  return loaded.config;
}

/** What a caller may replace. */
export interface CreateOptions {
  env?: Readonly<Record<string, string | undefined>>;
  /** Cancels every request of this router. */
  signal?: AbortSignal;
  /** Keeps a trace of every invocation; none by default. */
  traces?: TraceTarget;
  /** The file of the ledger; by default that of the command line where the config limits spending, else none is kept. */
  ledger?: string;
  /** Folder that spending is counted under [the working directory]. */
  project?: string;
  /** Told when something, such as a line of the audit log, cannot be recorded; the run goes on. */
  onWarning?: (message: string) => void;
}

/** A request as a library caller writes it: only the prompt, or the conversation, is needed. */
export type LibraryRequest = Partial<Request> & ({ prompt: string } | { messages: readonly Message[] });

/** How to run one request. */
export interface CompleteOptions {
  /** Cancels this request. */
  signal?: AbortSignal;
  /** Gets every event of the run; a slow one slows the tool down. */
  onEvent?: EventSink;
}

/** Routes requests by one config. */
export interface LibraryRouter {
  /**
   * Decides without running anything; rejects with a `RequestError`. Inside the run of another agent the request is nested, as a call of the
   * command line is, and `force` is refused.
   */
  plan(request: LibraryRequest): Promise<Plan>;
  /** Runs a request. A failed run resolves too: `failure` says why. Rejects with a `RequestError` when it cannot be planned. */
  complete(request: LibraryRequest, options?: CompleteOptions): Promise<Invocation>;
  /** Waits for the runs that are under way, and closes the ledger. Later requests are rejected with a `RequestError`. */
  close(): Promise<void>;
}

/** Makes a router that runs requests through the same code as the command line, and writes to the same audit log of the user. */
export function createRouter(config: RouterConfig, options: CreateOptions = {}): LibraryRouter {
  const real = realHost();
  const host = { ...real, env: options.env ?? real.env };
  const redactor = redactorOf(config, host.env);
  const router = composeRouter(config, {
    host: { ...host, readFile: (file) => readAgentFile(file, null), redactor },
    stores: {
      ledger: ledgerOf(config, options, host),
      cooldowns: openCooldowns(host, options.onWarning),
      traces: options.traces ?? null,
      audit: auditOf(config, options, host),
      runningDir: runningDir(host),
    },
    urgent: new AbortController().signal,
  });
  const running = new Set<Promise<Invocation>>();
  let isClosed = false;
  const plan = async (request: LibraryRequest): Promise<Planned> => {
    if (isClosed) throw new RequestError(failure('usage', 'the router is closed'));
    const caller = callerOf(host);
    const asked = { ...emptyRequest(host.cwd), parent: caller, ...request };
    const nested = asked.force ? personOnly('`force`', caller) : null;
    if (nested !== null) throw new RequestError(nested);
    if (!hasPrompt(asked)) throw new RequestError(missingPrompt());
    const planned = await router.plan(asked);
    if (!planned.ok) throw new RequestError(planned.error);
    return planned.value;
  };
  const complete: LibraryRouter['complete'] = async (request, { signal, onEvent } = {}) => {
    const deadline = startDeadline({
      timeoutMs: request.timeoutMs ?? null,
      timeoutOption: 'timeoutMs',
      cancel: [signal, options.signal].filter((one) => one !== undefined),
      monotonicMs: host.clock.monotonic,
    });
    try {
      const planned = await plan(request);
      return await router.complete(planned, {
        deadline,
        ...(onEvent === undefined ? {} : { emit: onEvent }),
      });
    } finally {
      deadline.dispose();
    }
  };
  return {
    plan: async (request) => (await plan(request)).plan,
    complete: (request, given) => {
      const run = complete(request, given);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    close: async () => {
      isClosed = true;
      await Promise.allSettled(running);
      router.close();
    },
  };
}

function auditOf(config: RouterConfig, options: CreateOptions, host: HostWorld): AuditTarget {
  return {
    file: auditFile(host),
    retentionDays: config.audit.retentionDays,
    now: host.clock.now,
    warn: options.onWarning ?? (() => {}),
  };
}

function ledgerOf(config: RouterConfig, options: CreateOptions, host: HostWorld): LedgerAccess | null {
  if (options.ledger === undefined && !needsLedger(config)) return null;
  return ledgerAccess({
    file: path.resolve(host.cwd, options.ledger ?? ledgerFile(host, config.ledger.path?.value ?? null)),
    now: host.clock.now,
    project: options.project ?? host.cwd,
    warn: options.onWarning ?? (() => {}),
  });
}
