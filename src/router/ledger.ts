import type { Environment } from '../adapters/adapter.js';
import type { RouterConfig } from '../config/types.js';
import type { LedgerAccess } from '../ledger/access.js';
import { slotRulesOf } from '../policy/rate-limit.js';

/** Whether a config limits something that all processes share. */
export function needsLedger({ policies, tools }: RouterConfig): boolean {
  return (
    Object.values(policies).some(({ budgets }) => budgets.length > 0) ||
    Object.values(tools).some((tool) => slotRulesOf(tool) !== null)
  );
}

/** Calls inside of a call count in the same ledger, whatever config they find. */
export function withLedger(env: Environment, ledger: Pick<LedgerAccess, 'file'> | null): Environment {
  return ledger === null ? env : { ...env, LLM_ROUTER_LEDGER: ledger.file };
}
