import type { Environment } from '../adapters/adapter.js';
import type { AdapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { Deadline } from '../domain/deadline.js';
import type { Debug } from '../domain/debug.js';
import type { Clock } from '../gates/wait.js';
import type { LedgerAccess } from '../ledger/access.js';
import type { CooldownStore } from '../ledger/cooldowns.js';
import { slotRulesOf } from '../policy/rate-limit.js';
import type { Redactor } from '../redact/redact.js';
import type { TelemetryTarget } from '../telemetry/otlp/subject.js';
import { folderOf } from '../trace/store.js';
import type { AuditTarget } from './audit.js';
import type { ModelListStore } from './models/kept-lists.js';
import type { RoutingPolicy } from './planning/routing-policy.js';
import type { TraceTarget } from './traces.js';

/** The machine. */
export interface Host {
  env: Environment;
  platform: NodeJS.Platform;
  tmpDir: string;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Reads a file as text: an agent's `system_file`. */
  readFile: (path: string) => Promise<string>;
  /** Masks secrets in all that a run reports and records. */
  redactor: Redactor;
  /** The adapter of a tool. */
  adapterOf: AdapterOf;
  /** A program's own order of the candidates; absent: that of the config. */
  route?: RoutingPolicy;
  /** Receives every decision; absent when the debug log is off. */
  debug?: Debug;
}

/** Stores shared by all processes of the user. */
export interface Stores {
  /** Spend and slots; `null`: none, so hard limits refuse. */
  ledger: LedgerAccess | null;
  /** Tools that cool down. */
  cooldowns: CooldownStore;
  /** What providers listed as their models; `null`: not kept between runs. */
  modelLists: ModelListStore | null;
  /** The record of every invocation; `null` keeps none. */
  traces: TraceTarget | null;
  /** Refusals and overrides; `null` keeps none. */
  audit: AuditTarget | null;
  /** Spans and metrics for a collector of OpenTelemetry; `null` sends none, whatever the config asks for. */
  telemetry: TelemetryTarget | null;
  /** Folder of the records of running runs; `null` keeps none. */
  runningDir: string | null;
  /** Folder of the work trees of isolated runs; `null`: there are no such runs. */
  isolatedDir: string | null;
}

/** What ends a run early. */
export interface Stop {
  deadline: Deadline;
  /** Kills at once. */
  urgent: AbortSignal;
}

/** The surroundings of a router. */
export interface RouterWorld {
  host: Host;
  stores: Stores;
  /** Kills every run at once. */
  urgent: AbortSignal;
}

/** Variables for tools, so that nested calls keep their records in the same places, whatever config they find. */
export function withStores(
  env: Environment,
  { traces, ledger }: Pick<Stores, 'traces' | 'ledger'>,
): Environment {
  const dir = traces && folderOf(traces.place);
  return {
    ...env,
    ...(dir === null ? {} : { LLM_ROUTER_TRACE_DIR: dir }),
    ...(ledger === null ? {} : { LLM_ROUTER_LEDGER: ledger.name }),
  };
}

/** Whether a config limits something that all processes share. */
export function needsLedger({ policies, tools }: RouterConfig): boolean {
  return (
    Object.values(policies).some(({ budgets }) => budgets.length > 0) ||
    Object.values(tools).some((tool) => slotRulesOf(tool) !== null)
  );
}
