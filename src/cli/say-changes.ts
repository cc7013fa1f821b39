import { type AttemptChanges, changesText, sharedText } from '../domain/changes.js';
import type { RunEvent } from '../domain/events.js';
import { pairName } from '../domain/plan.js';
import type { CommandContext } from './context.js';

/** What became of the changes of a failed attempt; those that are left are in the message of the failure. */
export async function sayRecovery(
  { output }: CommandContext,
  { action, candidate, changes }: Extract<RunEvent, { type: 'recovery' }>,
): Promise<void> {
  const what = `${changesText(changes)} of ${pairName(candidate)}`;
  if (action === 'rolled_back') await output.say(`rolled back ${what}`);
  if (action === 'handed_over') await output.say(`handing over ${what}`);
}

/** What an answered run has changed, below its answer. */
export async function sayChanges({ output }: CommandContext, changes: AttemptChanges): Promise<void> {
  const paint = await output.paint('stderr');
  const shared = sharedText(changes);
  const files = changes.notKept.length === 0 ? '' : ' the files';
  await output.say(
    paint.dim(`changed ${changesText(changes)}; \`llm-router undo\` takes${files || ' it'} back`),
  );
  if (shared !== null) await output.say(paint.dim(shared));
}
