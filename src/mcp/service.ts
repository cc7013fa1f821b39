import type { RouterConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import type { Access, Request, Tier } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { JobsWorld } from '../jobs/world.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import type { Redactor } from '../redact/redact.js';
import type { Router } from '../router/router.js';

/** What a client asks of an agent, with the contents of its files in the prompt. */
export interface Asked {
  agent: string | null;
  prompt: string;
  task: string | null;
  tier: Tier | null;
  access: Access | null;
  maxCostUsd: number | null;
  /** JSON Schema as JSON text. */
  schema: string | null;
}

/** The config as it is now. */
export interface OpenConfig {
  config: RouterConfig;
  router: Router;
  ledger: LedgerPlace;
  /** Folder of traces, absolute. */
  traceDir: string;
  /** Folder of the project; `null` outside one. */
  projectDir: string | null;
  redactor: Redactor;
  /** Why nothing of it runs until the user trusts it; `null`: it may run. */
  untrusted: Failure | null;
}

/** What the tools work on. */
export interface McpService {
  jobs: JobsWorld;
  /** How long a call waits for an answer when it does not say, ms. */
  waitMs: number;
  /** Global options of the command line, for the processes of runs. */
  globals: readonly string[];
  /** The request that a client makes, with the run that this server is part of. */
  requestOf(asked: Asked): Result<Request, Failure>;
  /** Reads the config anew: a change is in use with the next call. The failure is that of a config with errors. */
  open(): Promise<Result<OpenConfig, Failure>>;
  /** Aborted when the server ends. */
  ending: AbortSignal;
}

/** Works with the config as it is now. */
export async function withConfig<T>(
  service: McpService,
  work: (open: OpenConfig) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const opened = await service.open();
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    await opened.value.router.close();
  }
}
