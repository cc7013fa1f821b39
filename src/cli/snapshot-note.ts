import { findRepository } from '../git/repository.js';
import type { Planned } from '../router/planned.js';
import type { CommandContext } from './context.js';

/** Says beside the plan of a request that may change files whether they will be kept. */
export async function saySnapshots({ output, world }: CommandContext, planned: Planned): Promise<void> {
  const { cwd } = planned.request;
  const found = await findRepository({ cwd, env: world.env });
  const { afterFailure } = planned.policy.recovery;
  await output.say(
    found.ok
      ? `files: kept before each attempt, in ${found.value.root}; after a failure that changed some: ${afterFailure}`
      : `files: not kept, ${found.error.message}; after a failure that may have changed some: stop`,
  );
}
