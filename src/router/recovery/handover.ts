import type { Task } from '../../adapters/adapter.js';
import { type AttemptChanges, sharedText } from '../../domain/changes.js';
import type { Failure } from '../../domain/failure.js';
import { diffText } from '../../snapshot/diff.js';
import type { RunHistory } from '../../snapshot/run-history.js';
import type { CandidateInRun } from '../state.js';

/** The longest diff that goes into a prompt, bytes; of a longer one only the files are named. */
const MOST_BYTES = 64 * 1024;

/** What the next attempt reads before the prompt: that another has begun, why it ended, and what it has changed so far. */
export async function handoverText(
  { repository }: RunHistory,
  { changes, failed, candidate }: { changes: AttemptChanges; failed: Failure; candidate: CandidateInRun },
): Promise<string> {
  const diff = await diffText(repository, changes.before, changes.after, MOST_BYTES);
  const files = changes.files.map(({ status, path }) => `- ${status}: ${path}`);
  const shared = sharedText(changes);
  return [
    `Another agent (${candidate.tool.name}) has begun the task below and ended before it was done: ${failed.message}.`,
    'Its changes are in the working tree. Check them, keep what is right, and go on from there.',
    `What it changed:\n${[...files, ...changes.notKept.map((one) => `- ${one}`)].join('\n')}`,
    ...(shared === null ? [] : [`${shared}.`]),
    ...(diff === null ? [] : [`The changes as a diff:\n\n${fenced(diff)}`]),
    'The task:',
  ].join('\n\n');
}

/** The prompt after what another attempt has handed over. */
export function withHandover(
  { prompt, turns }: Task,
  handover: string,
): Pick<Task, 'prompt' | 'turns' | 'promptFile'> {
  const first = turns.findIndex(({ role }) => role === 'user');
  const added = turns.map((turn, at) =>
    at === first ? { ...turn, text: `${handover}\n\n${turn.text}` } : turn,
  );
  return { prompt: `${handover}\n\n${prompt}`, turns: added, promptFile: null };
}

/** In a fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text.trimEnd()}\n${fence}`;
}
