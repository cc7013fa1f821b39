import { type Failure, failure } from '../domain/failure.js';
import type { LedgerTrouble } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import { ledgerOf } from './command-router.js';
import type { CommandConfig, CommandContext } from './context.js';

/** Where a command reads the ledger, by its clock and until it is to end. */
export function ledgerPlaceOf(context: CommandContext, loaded: CommandConfig): LedgerPlace {
  const { clock, signal } = context.world;
  return { ...ledgerOf(context, loaded), now: clock.now, ending: signal };
}

/** Why a command cannot use the ledger. */
export function ledgerFailure({ message, hint }: LedgerTrouble): Failure {
  return failure('input', message, { hint });
}
