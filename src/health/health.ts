import { checkAgents } from './checks/agents.js';
import { checkCooldowns } from './checks/cooldowns.js';
import { checkFolders } from './checks/folders.js';
import { checkTools } from './checks/tools.js';
import { checkVariables } from './checks/variables.js';
import type { HealthContext, HealthRow } from './context.js';

type Check = (context: HealthContext) => Promise<HealthRow[]> | HealthRow[];

/** Every check; they run side by side. A new one is one file and one line here. */
const CHECKS: readonly Check[] = [checkTools, checkVariables, checkCooldowns, checkFolders, checkAgents];

/** Runs every check and gives their rows in the order of the list. */
export async function checkHealth(context: HealthContext): Promise<HealthRow[]> {
  return (await Promise.all(CHECKS.map((check) => check(context)))).flat();
}
