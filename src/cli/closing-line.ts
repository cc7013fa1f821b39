import { formatDuration } from '../domain/duration.js';
import type { Invocation } from '../domain/invocation.js';
import { dollars } from '../domain/money.js';
import { pairName } from '../domain/plan.js';
import { totalTokens } from '../domain/usage.js';
import type { CommandContext } from './context.js';
import { plural } from './words.js';

/** Below an answer on a terminal: tool and model, time, cost and tokens. Nothing in a pipe. */
export async function sayClosing(context: CommandContext, invocation: Invocation): Promise<void> {
  const { output, world } = context;
  const isForPerson = world.stdout.isTerminal && world.stderr.isTerminal;
  if (!isForPerson || output.format !== 'text' || output.logFormat !== 'text') return;
  const paint = await output.paint('stderr');
  await output.say(paint.dim(closingLine(invocation)));
  const changes = invocation.attempts.at(-1)?.changes ?? null;
  if (changes === null || changes.count + changes.notKept.length === 0) return;
  const { sayChanges } = await import('./say-changes.js');
  await sayChanges(context, changes);
}

function closingLine({ tool, model, latencyMs, cost, usage }: Invocation): string {
  const usd = cost?.chargedMicroUsd ?? null;
  const facts = [
    pairName({ tool, model }),
    formatDuration(latencyMs),
    usd === null ? 'cost unknown' : dollars(usd),
    ...(usage === null ? [] : [plural(totalTokens(usage), 'token')]),
  ];
  return facts.join(', ');
}
