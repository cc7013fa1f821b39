import { briefDuration } from '../domain/duration.js';
import { unreachable } from '../domain/result.js';
import { agentRows } from './checks/agents.js';
import { checkClients } from './checks/clients.js';
import { checkConfig } from './checks/config.js';
import { checkCooldowns } from './checks/cooldowns.js';
import { checkEndpoints } from './checks/endpoints.js';
import { checkFolders } from './checks/folders.js';
import { checkLedger } from './checks/ledger.js';
import { checkLimits } from './checks/limits.js';
import { checkMachine } from './checks/machine.js';
import { checkRuns } from './checks/runs.js';
import { checkSnapshots } from './checks/snapshots.js';
import { checkTelemetry } from './checks/telemetry.js';
import { checkTools } from './checks/tools.js';
import { checkVariables } from './checks/variables.js';
import type { HealthContext, HealthItem, HealthRow, MachineContext } from './context.js';

/** Checks that need no config. A new one is one file and one line here. */
const MACHINE_CHECKS: readonly ((context: MachineContext) => HealthItem[])[] = [
  checkConfig,
  checkMachine,
  checkFolders,
  checkClients,
];

/** Checks of what a config names. A new one is one file and one line here. */
const CONFIG_CHECKS: readonly ((context: HealthContext) => HealthItem[])[] = [
  checkRuns,
  checkSnapshots,
  checkTools,
  checkVariables,
  checkCooldowns,
  checkLimits,
  checkLedger,
  checkEndpoints,
  checkTelemetry,
];

/** How a caller follows the checks while they run. */
export interface HealthListener {
  /** Called first, with every check. */
  started?(items: readonly HealthItem[]): void;
  /** Called with each row, in the order of the checks, as soon as it and those before it are known. */
  row?(row: HealthRow): void | Promise<void>;
}

/** Runs every check, all at once, and then says what that means for each agent. */
export async function checkHealth(
  context: HealthContext,
  listener: HealthListener = {},
): Promise<HealthRow[]> {
  const items = [...MACHINE_CHECKS, ...CONFIG_CHECKS].flatMap((check) => check(context));
  const rows = await runItems(items, listener);
  const agents = agentRows(context, rows);
  for (const row of agents) await listener.row?.(row);
  return [...rows, ...agents];
}

/** Whether a row says that something an agent needs does not work as it should. */
export function concernsAgent({ check, subject, data }: HealthRow, rows: readonly HealthRow[]): boolean {
  switch (check) {
    case 'agent':
    case 'variable':
    case 'ledger':
    case 'folder':
      return true;
    case 'config':
      return subject !== 'files';
    case 'tool':
    case 'endpoint':
    case 'cooldown':
    case 'limit':
      return toolsInUse(rows).has(String(data?.tool ?? subject));
    case 'machine':
    case 'telemetry':
    case 'client':
    case 'run':
    case 'snapshot':
      return false;
    default:
      return unreachable(check);
  }
}

function toolsInUse(rows: readonly HealthRow[]): Set<string> {
  const used = rows.filter(
    ({ check, data }) => check === 'tool' && Array.isArray(data?.agents) && data.agents.length > 0,
  );
  return new Set(used.map(({ subject }) => subject));
}

/** Runs the checks that need no config. */
export function checkMachineHealth(
  context: MachineContext,
  listener: HealthListener = {},
): Promise<HealthRow[]> {
  return runItems(
    MACHINE_CHECKS.flatMap((check) => check(context)),
    listener,
  );
}

/** Asks all at once; an item that does not answer is a row that says so. */
export async function runItems(
  items: readonly HealthItem[],
  listener: HealthListener,
  limitMs: number = LIMIT_MS,
): Promise<HealthRow[]> {
  listener.started?.(items);
  const asked = items.map((item) => answered(item, limitMs));
  const rows: HealthRow[] = [];
  for (const answer of asked) {
    const row = await answer;
    rows.push(row);
    await listener.row?.(row);
  }
  return rows;
}

/** Longer than the 5 s after which questions to binaries and endpoints end by themselves: for a disk that hangs. */
const LIMIT_MS = 6000;

async function answered({ check, subject, ask }: HealthItem, limitMs: number): Promise<HealthRow> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
  });
  try {
    const finding = await Promise.race([ask(), silence]);
    if (finding !== null) return { check, subject, ...finding };
    const detail = `no answer within ${briefDuration(limitMs)}`;
    return { check, subject, status: 'warn', detail, fix: 'try it by hand' };
  } finally {
    clearTimeout(timer);
  }
}
