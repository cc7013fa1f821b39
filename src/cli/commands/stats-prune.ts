import { DAY_MS, dayOf } from '../../domain/calendar.js';
import { parseAge } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { ledgerName } from '../../ledger/where.js';
import { pruneUsage } from '../../reports/prune-usage.js';
import { loadCommandConfig, type UsableConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerToChange } from '../ledger-place.js';
import { reportEarly } from '../report.js';
import { plural } from '../words.js';

/** `stats prune`: removes the rows of old invocations and keeps their sums. */
export async function runStatsPrune(
  context: CommandContext,
  options: { olderThan?: string; json?: boolean },
): Promise<number> {
  const { output, world } = context;
  const loaded = usableConfig(await loadCommandConfig(context));
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const age = ageOf(options.olderThan, loaded.value);
  if (!age.ok) return reportEarly(context, { failure: age.error });
  const place = ledgerToChange(context, loaded.value);
  if (!place.ok) return reportEarly(context, { failure: place.error });
  const ledger = place.value;
  const before = dayOf(world.clock.now() - age.value);
  const removed = await pruneUsage(ledger, before);
  if (!removed.ok) return reportEarly(context, { failure: ledgerFailure(removed.error) });
  if (options.json === true)
    await output.file(`${JSON.stringify({ removed: removed.value, before, file: ledgerName(ledger) })}\n`);
  else await output.say(prunedWords(removed.value, before));
  return 0;
}

/** As the option says, else as the config does. */
function ageOf(olderThan: string | undefined, { config }: UsableConfig): Result<number, Failure> {
  if (olderThan === undefined) return ok(config.ledger.retentionDays * DAY_MS);
  const age = parseAge(olderThan);
  return age.ok ? age : err(failure('usage', `--older-than: ${age.error}`));
}

function prunedWords(removed: number, before: string): string {
  if (removed === 0) return `no invocation is older than ${before}`;
  const kept = 'their sums by day, agent, tool and model are kept, their sessions and tags are not';
  return `removed ${plural(removed, 'invocation')} from before ${before}: ${kept}`;
}
