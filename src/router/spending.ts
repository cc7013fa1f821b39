import type { Environment } from '../adapters/adapter.js';
import { billingOf } from '../adapters/billing.js';
import type { AgentConfig, RouterConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
import type { Facts, SpendLimit } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Request } from '../domain/request.js';
import type { LedgerAccess } from '../ledger/access.js';
import { checkLedger } from '../policy/budget.js';
import { limitsFor, type Payer, windowsOf } from '../policy/spend-limits.js';
import { policyOf } from '../routing/plan.js';

/** What a plan knows of money. */
export type SpendingFacts = Pick<Facts, 'billing' | 'spend' | 'spendTrouble'>;

/** Where nothing is limited nothing is looked up. */
export const NO_SPENDING: SpendingFacts = { billing: {}, spend: [], spendTrouble: null };

/** Under which names the money of a request is counted. */
export function payerOf(
  config: RouterConfig,
  input: { agent: AgentConfig | null; request: Request; project: string },
): Payer {
  const { agent, request, project } = input;
  return { project, policy: policyOf(config, agent, request).name, agent: agent?.name ?? null };
}

/** Who pays for each tool, and what counts against the limits of a request now. The ledger is opened only where one applies. */
export async function spendingFacts(
  config: RouterConfig,
  input: { payer: Payer; nowMs: number; ledger: LedgerAccess | null; env: Environment },
): Promise<SpendingFacts> {
  const limits = limitsFor(config, input.payer, input.nowMs);
  const policy = lookup(config.policies, input.payer.policy);
  if (limits.length === 0 && (policy?.requireJustificationOverMicroUsd ?? null) === null) return NO_SPENDING;
  const billing = billingOfAll(config, input.env);
  if (limits.length === 0) return { ...NO_SPENDING, billing };
  if (input.ledger === null) return { billing, spend: [], spendTrouble: checkLedger(limits, null) };
  return { billing, ...(await spendOf(limits, input.ledger)) };
}

function billingOfAll(config: RouterConfig, env: Environment): Record<string, Billing> {
  return Object.fromEntries(Object.values(config.tools).map((tool) => [tool.name, billingOf(tool, env)]));
}

async function spendOf(
  limits: readonly SpendLimit[],
  ledger: LedgerAccess,
): Promise<Pick<Facts, 'spend' | 'spendTrouble'>> {
  const spend = await ledger.read((open) => open.spend(limits));
  if (!spend.ok) return { spend: [], spendTrouble: checkLedger(limits, spend.error) };
  const none = limits.map(() => ({ settledMicroUsd: 0, reservedMicroUsd: 0 }));
  return { spend: windowsOf(limits, spend.value ?? none), spendTrouble: null };
}
