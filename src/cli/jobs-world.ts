import type { JobsWorld } from '../jobs/world.js';
import { jobsDir, runningDir } from '../paths.js';
import type { CommandContext } from './context.js';

/** Detached runs, as the commands see them. */
export function jobsWorld({ world }: Pick<CommandContext, 'world'>): JobsWorld {
  const { program, env, cwd, clock, random, urgent } = world;
  return {
    dir: jobsDir(world),
    program,
    env,
    cwd,
    clock,
    random,
    endInterrupted: async () => {
      const { endInterruptedRuns } = await import('../router/running/end-interrupted-runs.js');
      const ownRootId = env.LLM_ROUTER_ROOT_ID ?? null;
      const { monotonic: monotonicMs, now } = clock;
      await endInterruptedRuns({ dir: runningDir(world), ownId: null, ownRootId, urgent, monotonicMs, now });
    },
  };
}
