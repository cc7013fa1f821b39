import { formatUntil } from '../../domain/duration.js';
import type { Failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import { CONTINUE_PROMPT } from '../../domain/request.js';
import { totalsAfter } from '../../domain/session-totals.js';
import { settingNames } from '../../domain/setting-names.js';
import { askedDelayMs } from '../../routing/backoff.js';
import type { AttemptResult, Continuation, Run } from '../state.js';

/** The session that the last attempt of a candidate left, as the task of its next one. */
export function continuationOf({ attempts }: Run, from: AttemptResult): Continuation {
  const records = attempts.map(({ record }) => record);
  return {
    from,
    task: (task) => ({
      ...task,
      prompt: CONTINUE_PROMPT,
      promptFile: null,
      turns: [],
      toolSessionId: from.outcome.toolSessionId,
      sessionTotals: totalsAfter(from.record, records, task.sessionTotals),
    }),
    with: (result) => withEarlier(from, result),
  };
}

function withEarlier(from: AttemptResult, result: AttemptResult): AttemptResult {
  return {
    ...result,
    mayHaveChanged: result.mayHaveChanged || from.mayHaveChanged,
    left: result.left ?? from.left,
    shown: result.shown || from.shown,
  };
}

/** A run that ended at a limit, or that was ended from outside, with how to continue the session of its tool by hand. */
export function withWayToContinue(invocation: Invocation, run: Run): Invocation {
  const { failure: failed } = invocation;
  const { origin } = run.planned.request;
  const last = run.attempts.at(-1);
  const ended = last?.outcome.failure ?? null;
  if (failed === null || ended === null || last?.canContinue !== true) return invocation;
  // The files of an isolated run are gone, and with them what its session is about.
  const configs = run.stores.traces?.origin.config;
  if (origin !== 'command_line' || configs === undefined || run.planned.isolation !== null) return invocation;
  const isCutShort = run.stop.deadline.failure !== null;
  if (!isCutShort && ended.type !== 'quota' && ended.type !== 'rate_limit') return invocation;
  const way = wayToContinue(run, { last, ended, configs });
  const hints = isCutShort ? [way, failed.hint] : [failed.hint, way];
  return {
    ...invocation,
    failure: { ...failed, hint: hints.filter((line) => line !== null).join('\n') },
  };
}

/** ``after 14:05, `llm-router exec --resume ID` continues its session`` */
function wayToContinue(
  { planned, host }: Run,
  { last, ended, configs }: { last: AttemptResult; ended: Failure; configs: readonly string[] },
): string {
  const { endedMs } = last;
  const { agent, access, policy } = planned.request;
  const named = configs.map((file) => `--config ${shellWord(file)}`);
  const given = Object.entries({ resume: planned.id, agent, policy, access }).flatMap(([name, value]) =>
    value === null ? [] : [`--${name} ${value}`],
  );
  const options = [...named, ...given];
  const command = `\`llm-router exec ${options.join(' ')}\` continues its session`;
  const delayMs = askedDelayMs(ended, endedMs);
  const way =
    delayMs === null ? command : `after ${formatUntil(endedMs + delayMs, host.clock.now())}, ${command}`;
  const isOffered = delayMs !== null && planned.rules.continueWithinMs === 0;
  const patience = settingNames(planned.request.origin).patience();
  return isOffered && patience !== null ? `${way}; with ${patience} a run waits and does so by itself` : way;
}

/** A path as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
