import type { LoginAnswer, VersionAnswer } from '../adapters/probe.js';
import type { CommandTool, RouterConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import type { Plan } from '../domain/plan.js';
import type { Result } from '../domain/result.js';

/** One line of a health report. `fail` means that something a configured agent needs is broken. */
export interface HealthRow {
  check: 'config' | 'tool' | 'variable' | 'cooldown' | 'folder' | 'agent';
  subject: string;
  status: 'ok' | 'warn' | 'fail' | 'skip';
  detail: string;
  /** What to do about it; set for every row that is not `ok`. */
  fix: string | null;
}

/** A short question to the binary of a tool. */
export type Probe<Answer> = (tool: CommandTool, binaryPath: string) => Promise<Answer>;

/** What the checks look at. */
export interface HealthContext {
  config: RouterConfig;
  facts: Facts;
  env: Readonly<Record<string, string | undefined>>;
  /** Each agent's plan now. */
  plans: readonly { agent: string; plan: Result<Plan, Failure> }[];
  /** Folders that must be writable, by what they hold. */
  folders: readonly { holds: string; path: string }[];
  /** Asks a binary for its version; `null` where nothing may be run. */
  probe: Probe<VersionAnswer> | null;
  /** Asks a binary whether somebody is logged in; `null` where nothing may be run. */
  probeLogin: Probe<LoginAnswer> | null;
}

/** Tools that some agent could be served by. */
export function neededTools({ plans }: HealthContext): Set<string> {
  const tools = plans.flatMap(({ plan }) =>
    plan.ok ? [...plan.value.candidates, ...plan.value.rejected] : [],
  );
  return new Set(tools.flatMap(({ tool }) => (tool === null ? [] : [tool])));
}
