import { parseAge } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { reasonOf } from '../../files.js';
import { pruneJobsOf } from '../../jobs/prune.js';
import { pruneTraces } from '../../reports/traces.js';
import { traceDirOf } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { reportEarly } from '../report.js';
import { loadForTraces } from './trace-folder.js';

/** `trace prune --older-than 30d`: removes old traces, and says how many. */
export async function runTracePrune(
  context: CommandContext,
  options: { olderThan: string; json?: boolean },
): Promise<number> {
  const { output, world } = context;
  const age = parseAge(options.olderThan);
  if (!age.ok) {
    return reportEarly(context, { failure: failure('usage', `--older-than: ${age.error}`) });
  }
  const dir = traceDirOf(context, await loadForTraces(context));
  try {
    const beforeMs = world.clock.now() - age.value;
    const { removed } = await pruneTraces(dir, { beforeMs });
    await pruneJobsOf(jobsWorld(context), { traces: dir, beforeMs });
    if (options.json === true) await output.json({ removed, dir });
    else await output.say(`removed ${removed} ${removed === 1 ? 'trace' : 'traces'} from ${dir}`);
    return 0;
  } catch (error) {
    const reason = reasonOf(error);
    const unremoved = failure('input', `traces cannot be removed: ${reason}`, {
      hint: 'check who owns the folder',
    });
    return reportEarly(context, { failure: unremoved });
  }
}
