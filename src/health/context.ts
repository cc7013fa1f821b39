import type { LoginAnswer, VersionAnswer } from '../adapters/probe.js';
import type { CommandTool, HttpTool, RouterConfig } from '../config/types.js';
import type { Facts, ToolUse } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import type { Plan } from '../domain/plan.js';
import type { Result } from '../domain/result.js';
import type { SlotRules } from '../policy/rate-limit.js';
import type { CheckName, Finding } from './row.js';

export { CHECK_NAMES, type CheckName, type Finding, type HealthRow } from './row.js';

/** One check to run. */
export interface HealthItem {
  check: CheckName;
  subject: string;
  ask: () => Finding | Promise<Finding>;
}

/** How the ledger was found. */
export interface LedgerState {
  file: string;
  /** Why it cannot be used; `null`: it can, or will be made by the first run. */
  trouble: { message: string; hint: string } | null;
  /** What unfinished runs reserve of their budgets. */
  held: { runs: number; microUsd: number };
  /** Of a shared ledger; `null`: it is a file, or the server cannot be asked. */
  server: {
    version: string;
    role: string;
    schemaVersion: number;
    isReadOnly: boolean;
    /** Time of the database minus time of this machine, ms. */
    clockAheadMs: number;
    roundTripMs: number;
  } | null;
}

/** Where spans and metrics are sent, and whether they are taken there. */
export interface TelemetryState {
  /** Why nothing can be sent; `null`: it can, or nothing is to be sent. */
  trouble: string | null;
  targets: readonly {
    signal: string;
    url: string;
    /** Sends an export without content; resolves with what went wrong, `null`: it was taken. */
    ask: () => Promise<string | null>;
  }[];
}

/** Where files are kept before attempts that may change them. */
export interface SnapshotState {
  /** The agents that may change files. */
  agents: readonly string[];
  /** The work tree of Git, or why there is none that can be used. */
  found: { root: string } | { trouble: string };
}

/** A short question to the binary of a tool. */
export type Probe<Answer> = (tool: CommandTool, binaryPath: string) => Promise<Answer>;

/** Tries to connect to a URL; `problem` says what went wrong, `null`: nothing did. */
export type Connect = (url: string) => Promise<{ problem: string | null; latencyMs: number }>;

/** The models that a provider lists, by its ids; `isCut`: there are more. */
export interface ListedModels {
  ids: readonly string[];
  isCut: boolean;
}

/** Asks the provider of a tool for its models. */
export type AskModels = (
  tool: HttpTool,
) => Promise<{ answer: Result<ListedModels, Failure>; latencyMs: number }>;

/** A tool with limits and the runs that use it now; `trouble`: why that is unknown. */
export type LimitedTool = { rules: SlotRules } & ({ use: ToolUse } | { trouble: string });

/** What can be looked at without a config. */
export interface MachineContext {
  /** Of the config: its files, its errors, and whether it may run. */
  configState: {
    files: readonly string[];
    errors: readonly { code: string; message: string; hint: string | null }[];
    /** Files that are not read because of their names. */
    misnamed: readonly { message: string; hint: string | null }[];
    isTrusted: boolean;
  };
  nodeVersion: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Folders that must be writable, by what they hold. */
  folders: readonly { holds: string; path: string }[];
  /** Programs whose config starts our MCP server, each with that file and what it starts; left out: not looked for. */
  mcpClients?: readonly { client: string; file: string; command: string; isFound: boolean }[];
}

/** What the checks look at. */
export interface HealthContext extends MachineContext {
  config: RouterConfig;
  facts: Facts;
  /** Each agent's plan now; `null` is a request without an agent. */
  plans: readonly { agent: string | null; plan: Result<Plan, Failure> }[];
  /** Agents beyond those that one report plans. */
  uncheckedAgents: number;
  limits: readonly LimitedTool[];
  /** Where tools of kind `http` connect to. */
  endpoints: readonly { tool: string; url: string }[];
  /** Where spans and metrics are sent. */
  telemetry: TelemetryState;
  /** Where spending is recorded, and whether it can be; `null`: nowhere. */
  ledger: LedgerState | null;
  /** Runs whose router was killed, with the number of processes that were ended for each just now. */
  /** Whether files are kept before attempts that may change them; `null`: no agent may, or it was not looked at. */
  snapshots: SnapshotState | null;
  interruptedRuns: readonly { id: string; processes: number }[];
  /** Asks a binary for its version; `null` where nothing may be run. */
  probe: Probe<VersionAnswer> | null;
  /** Asks a binary whether a user is logged in; `null` where nothing may be run. */
  probeLogin: Probe<LoginAnswer> | null;
  /** Tries an endpoint; `null` without `--online`. */
  connect: Connect | null;
  /** Asks providers for their models; `null` without `--online`. */
  listModels: AskModels | null;
}

/** The agents that each tool could serve. */
export function agentsOfTools({
  plans,
}: Pick<HealthContext, 'plans'>): ReadonlyMap<string, readonly string[]> {
  const agents = new Map<string, string[]>();
  for (const { agent, plan } of plans) {
    const pairs = plan.ok ? [...plan.value.candidates, ...plan.value.rejected] : [];
    for (const tool of new Set(pairs.flatMap((pair) => pair.tool ?? []))) {
      if (agent === null) continue;
      const known = agents.get(tool);
      if (known === undefined) agents.set(tool, [agent]);
      else known.push(agent);
    }
  }
  return agents;
}
