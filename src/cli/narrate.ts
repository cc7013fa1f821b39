import { formatDuration } from '../domain/duration.js';
import type { RunEvent } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import { pairName } from '../domain/plan.js';
import type { Planned } from '../router/planned.js';
import type { CommandContext } from './context.js';
import { rejectedLines } from './plan-screen.js';
import { printFailure } from './report.js';

/** Reports fallbacks, waits, queueing and budget warnings on stderr while they happen. */
export async function narrate(context: CommandContext, planned: Planned, event: RunEvent): Promise<void> {
  const { output } = context;
  if (event.type === 'plan') await announce(context, planned);
  if (event.type === 'fallback') {
    const { from, to, failure } = event;
    const reason = `${failure.type}: ${failure.message.replace(/\.$/, '')}`;
    await output.say(`${pairName(from)} failed (${reason}), trying fallback: ${pairName(to)}`);
  }
  if (event.type === 'recovery') {
    const { sayRecovery } = await import('./say-changes.js');
    await sayRecovery(context, event);
  }
  if (event.type === 'budget.warning') await output.warn(`${event.message}\n${event.estimate}`);
  if (event.type === 'queue.wait' && event.waitedMs === 0) await output.say(queueLine(event));
  if (event.type === 'retry.scheduled') await output.say(waitLine(event));
}

/** `waiting for a slot of codex, 2 before you` */
export function queueWords({ attempt, candidate, ahead }: Extract<RunEvent, { type: 'queue.wait' }>): string {
  if (attempt === 0)
    return `waiting for other calls of the same run to end (max_children)${ahead === 0 ? '' : `, ${ahead} before this one`}`;
  return `waiting for a slot of ${candidate.tool}${ahead === 0 ? '' : `, ${ahead} before you`}`;
}

function queueLine(event: Extract<RunEvent, { type: 'queue.wait' }>): string {
  const { delayMs } = event;
  return `${queueWords(event)}${delayMs === null ? '' : `; free in ${formatDuration(delayMs)} at the earliest`}`;
}

/** Every wait is announced: for what, how long, and why. */
function waitLine({
  attempt,
  candidate,
  delayMs,
  at,
  reason,
  detail,
  continues,
}: Extract<RunEvent, { type: 'retry.scheduled' }>): string {
  const name = pairName(candidate);
  const until = delayMs < 60_000 ? '' : ` (${at})`;
  const wait = `in ${formatDuration(delayMs)}${until}`;
  if (attempt === 0) return `waiting for ${name}: ${detail}; trying ${wait}`;
  return `${name} failed (${reason}: ${detail.replace(/\.$/, '')}), ${continues ? 'continuing its session' : 'trying again'} ${wait}`;
}

/** Says when the run starts with another candidate than the preferred one. */
async function announce({ output }: CommandContext, { plan, isUnconfigured }: Planned): Promise<void> {
  const [first] = plan.candidates;
  if (first === undefined) return;
  const rules = first.because.map(({ rule }) => rule);
  const primary = plan.rejected.find(({ because }) => because.every(({ rule }) => rule !== 'fallback'));
  if (rules.includes('fallback') && primary !== undefined) {
    const name = primary.tool ?? primary.model;
    await output.say(
      `Primary tool ${name} unavailable, trying fallback: ${pairName(first)} (${primary.detail})`,
    );
  }
  if (rules.includes('first_usable')) {
    const advice = isUnconfigured ? '. Run `llm-router config init` to choose' : '';
    await output.say(`no agent names a tool, using the first usable one: ${pairName(first)}${advice}`);
  }
}

/** Prints the failure of a run; where no candidate could be tried, each of them with its reason and hint; in short beside a document, which has all of it. */
export async function sayRunFailure(context: CommandContext, { failure, plan }: Invocation): Promise<void> {
  const { output } = context;
  if (failure === null) return;
  const { headline } = failure;
  const isShort = output.format !== 'text';
  if (isShort || headline === null || plan.candidates.length > 0 || plan.rejected.length < 2) {
    await printFailure(output, failure);
    await saySearched(context, { failure, plan });
    if (failure.stderrTail !== null && context.globals.verbose > 0) await output.error(failure.stderrTail);
    return;
  }
  const paint = await output.paint('stderr');
  const lines = plan.rejected.flatMap((rejected) => rejectedLines(rejected, paint));
  const head = `${paint.error('error:')} ${headline} ${paint.dim(`[${failure.type}]`)}`;
  await output.error([head, ...lines].join('\n'));
}

/** Where a config was looked for, after a failure because there is none. */
export async function saySearched(
  { output, world }: CommandContext,
  { failure, plan }: Pick<Invocation, 'failure' | 'plan'>,
): Promise<void> {
  if (failure?.type !== 'config' || plan.rejected.length === 0) return;
  const { findConfig } = await import('../config-files/find.js');
  const { env, cwd, home } = world;
  const { searched } = findConfig({ explicit: [], env, cwd, home });
  await output.error(`note: looked for a config in ${searched.join(', ')}`);
}
