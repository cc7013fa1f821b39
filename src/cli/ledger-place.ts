import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import type { LedgerTrouble } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import { ledgerOf } from './command-router.js';
import type { CommandConfig, CommandContext } from './context.js';

/** Where a command reads the ledger, by its clock and until it is to end. Warns where that is not the ledger of the config. */
export function ledgerPlaceOf(context: CommandContext, loaded: CommandConfig): LedgerPlace {
  const untrusted = untrustedLedger(context, loaded);
  if (untrusted !== null) void context.output.warn(`${untrusted.message}; ${untrusted.hint}`);
  return placeOf(context, loaded);
}

/** The same for a command that changes the ledger. The failure: it would not be the ledger of the config. */
export function ledgerToChange(context: CommandContext, loaded: CommandConfig): Result<LedgerPlace, Failure> {
  const untrusted = untrustedLedger(context, loaded);
  return untrusted === null ? ok(placeOf(context, loaded)) : err(untrusted);
}

function placeOf(context: CommandContext, loaded: CommandConfig): LedgerPlace {
  const { clock, signal } = context.world;
  return { ...ledgerOf(context, loaded), now: clock.now, ending: signal };
}

/** Why the ledger that the config names is not used; `null`: it is, or there is none. */
function untrustedLedger({ world }: CommandContext, { isTrusted, config }: CommandConfig): Failure | null {
  if (isTrusted || config === null || (world.env.LLM_ROUTER_LEDGER ?? '') !== '') return null;
  const { path, url, urlEnv } = config.ledger;
  if ((path ?? url ?? urlEnv) === null) return null;
  const message = `\`${config.files.at(-1)}\` is not trusted yet, so the \`ledger\` of the config is not used`;
  return failure('not_allowed', message, { hint: 'read it, then run `llm-router config trust`' });
}

/** Why a command cannot use the ledger. */
export function ledgerFailure({ message, hint }: LedgerTrouble): Failure {
  return failure('input', message, { hint });
}
