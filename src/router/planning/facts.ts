import { billingOf } from '../../adapters/billing.js';
import type { RouterConfig, ToolConfig } from '../../config/types.js';
import type { Billing } from '../../domain/cost.js';
import type { Availability, Facts, SpendLimit } from '../../domain/facts.js';
import type { FamilyCap } from '../../domain/family.js';
import { lazyRecord } from '../../domain/lazy-record.js';
import { lookup } from '../../domain/lookup.js';
import type { Access } from '../../domain/request.js';
import { accessLevelsOf } from '../../gates/access.js';
import type { LedgerAccess } from '../../ledger/access.js';
import { checkLedger } from '../../policy/budget.js';
import { gatewayState } from '../../policy/gateway.js';
import { windowsOf } from '../../policy/spend-limits.js';
import type { Host, Stores } from '../world.js';
import { type InputSize, inputSizeOf } from './input-size.js';

/** A tool of the config on this machine. */
export interface ToolState {
  tool: ToolConfig;
  availability: Availability;
  billing: Billing;
  /** What it may be allowed to do, weakest first. */
  access: readonly Access[];
  /** Who holds the cap of a run: the tool or its gateway, or the router by what it sees of the cost. */
  costCap: ToolConfig['costCap'];
}

/** Sources of facts. */
interface FactsWorld {
  host: Pick<Host, 'env' | 'platform' | 'clock' | 'adapterOf'>;
  stores: Pick<Stores, 'cooldowns' | 'ledger'>;
}

/** Gathers facts: which tools can run now, and the spend under `limits`. Runs nothing, connects to nothing. */
export async function gatherFacts(
  config: RouterConfig,
  { host, stores }: FactsWorld,
  by: {
    size: InputSize;
    limits: (nowMs: number) => readonly SpendLimit[];
    /** The cap of an outer run. */
    family: FamilyCap | null;
    /** Whether a run may go on while the database of a shared ledger is away. */
    mayFailOpen?: boolean;
  },
): Promise<Facts> {
  const { cooldowns } = await stores.cooldowns.read();
  const nowMs = host.clock.now();
  return {
    nowMs,
    ...by.size,
    tools: ofEachTool(config, (tool) => host.adapterOf(tool).availability(tool, host)),
    billing: ofEachTool(config, (tool) => billingOf(tool, { models: config.models, env: host.env })),
    cooldowns,
    ...(await spendOf(by.limits(nowMs), stores.ledger, by)),
  };
}

/** A fact of each tool, found when it is first asked for: most plans ask about few of them. */
function ofEachTool<T>(
  { tools }: RouterConfig,
  factOf: (tool: ToolConfig) => T,
): Readonly<Record<string, T>> {
  return lazyRecord(tools, (name) => factOf(tools[name] as ToolConfig));
}

/** Every tool with its state on this machine. */
export async function toolStates(config: RouterConfig, world: FactsWorld): Promise<ToolState[]> {
  const facts = await gatherFacts(config, world, { size: inputSizeOf([]), limits: () => [], family: null });
  const mode = lookup(config.policies, 'default')?.gateway ?? 'auto';
  const costCapOf = (tool: ToolConfig, billing: Billing) => gatewayState(tool, { mode, billing }).costCap;
  return Object.values(config.tools).flatMap((tool) => {
    const [availability, billing] = [lookup(facts.tools, tool.name), lookup(facts.billing, tool.name)];
    return availability === null || billing === null
      ? []
      : [{ tool, availability, billing, access: accessLevelsOf(tool), costCap: costCapOf(tool, billing) }];
  });
}

/** The spend under limits now. Opens the ledger only if it exists. */
async function spendOf(
  limits: readonly SpendLimit[],
  ledger: LedgerAccess | null,
  { family, mayFailOpen = false }: { family: FamilyCap | null; mayFailOpen?: boolean },
): Promise<Pick<Facts, 'spend' | 'spendTrouble'>> {
  if (limits.length === 0) return { spend: [], spendTrouble: null };
  if (ledger === null) return { spend: [], spendTrouble: checkLedger(limits, null) };
  // A run that follows reserves under these limits.
  const spend = await ledger.read((open) => open.spend(limits, family), { staysOpen: true });
  // What is left of its allowance decides when it reserves.
  if (!spend.ok && spend.error.kind === 'away' && mayFailOpen) return { spend: [], spendTrouble: null };
  if (!spend.ok) return { spend: [], spendTrouble: checkLedger(limits, spend.error) };
  return { spend: windowsOf(limits, spend.value ?? []), spendTrouble: null };
}
