import { parseAge } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { idTime } from '../../domain/id.js';
import { reasonOf } from '../../files.js';
import { findRepository } from '../../git/repository.js';
import { pruneJobsOf } from '../../jobs/prune.js';
import { pruneTraces } from '../../reports/traces.js';
import { forgetRuns } from '../../snapshot/history.js';
import { forgetStates } from '../../snapshot/kept-state.js';
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
    await forgetSnapshots(context, beforeMs);
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

/** The files of old runs go with their traces, where the working directory is in a Git work tree. */
async function forgetSnapshots({ world }: CommandContext, beforeMs: number): Promise<void> {
  const repository = await findRepository({ cwd: world.cwd, env: world.env });
  if (!repository.ok) return;
  forgetStates(repository.value, beforeMs);
  await forgetRuns(repository.value, idTime(beforeMs));
}
