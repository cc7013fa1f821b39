import { toUsd } from '../../domain/cost.js';
import { dollars } from '../../domain/money.js';
import type { Finding, HealthContext, HealthItem, LedgerState } from '../context.js';

/** Whether spend can be recorded; otherwise a hard limit refuses every tool billed per token. */
export function checkLedger({ config, ledger }: HealthContext): HealthItem[] {
  if (ledger === null) return [];
  const budgets = Object.values(config.policies).flatMap((policy) => policy.budgets);
  const isNeeded = budgets.some(({ isHard }) => isHard);
  return [{ check: 'ledger', subject: 'spending', ask: () => finding(ledger, isNeeded) }];
}

function finding({ file, trouble, held }: LedgerState, isNeeded: boolean): Finding {
  const data = { file, held_runs: held.runs, held_usd: toUsd(held.microUsd) };
  if (trouble !== null) {
    return { status: isNeeded ? 'fail' : 'warn', detail: trouble.message, fix: trouble.hint, data };
  }
  const holds =
    held.runs === 0
      ? ''
      : `, ${held.runs} unfinished ${held.runs === 1 ? 'run reserves' : 'runs reserve'} ${dollars(held.microUsd)}`;
  return { status: 'ok', detail: `${file}${holds}`, fix: null, data };
}
