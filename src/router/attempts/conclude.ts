import { addCosts } from '../../domain/cost.js';
import type { Deadline } from '../../domain/deadline.js';
import { formatUntil, writeDuration } from '../../domain/duration.js';
import { decidingRejection, type Failure, failure, isTemporary } from '../../domain/failure.js';
import { type Invocation, unrunInvocation } from '../../domain/invocation.js';
import type { Plan, Rejected } from '../../domain/plan.js';
import { type RequestOrigin, settingNames } from '../../domain/setting-names.js';
import { addUsage } from '../../domain/usage.js';
import type { Stop } from '../../routing/decision.js';
import { nestedWarnings } from '../nested.js';
import type { Planned } from '../planned.js';
import { type AttemptResult, candidatesInRun, type Run } from '../state.js';
import type { Host } from '../world.js';

/** How a run has ended. */
interface Ended extends Pick<Invocation, 'latencyMs' | 'nested' | 'allowance'> {
  stopped: Stop | null;
}

/** The invocation of a run that is over; `stopped` is `null` when the last attempt answered. */
export function concluded(
  { planned, attempts, refused, host, recorder }: Run,
  { stopped, latencyMs, nested, allowance }: Ended,
): Invocation {
  const plan = { ...planned.plan, rejected: [...planned.plan.rejected, ...refused] };
  const failed =
    stopped === null
      ? null
      : stopFailure(stopped, noCandidate(plan, planned.isUnconfigured), {
          nowMs: host.clock.now(),
          origin: planned.request.origin,
        });
  const status = statusOf(failed);
  const last = attempts.at(-1);
  const warnings = [
    ...plan.warnings,
    ...recorder.budgetWarnings,
    ...nestedWarnings(nested),
    ...(allowance === null ? [] : [allowance.warning]),
  ];
  if (last === undefined)
    return {
      ...unrunInvocation({ ...knownOf(planned), plan, failure: failed }),
      warnings,
      status,
      latencyMs,
    };
  const { outcome, record } = last;
  const { id, traceId, startedAt, request } = planned;
  return {
    id,
    traceId,
    startedAt,
    parentId: request.parent?.id ?? null,
    session: request.session,
    sourceAgent: request.sourceAgent,
    status,
    agent: plan.agent,
    tool: record.tool,
    model: record.model,
    responseModel: outcome.responseModel,
    text: failed === null ? outcome.text : null,
    data: outcome.data ?? null,
    finishReason: outcome.finishReason,
    toolSessionId: outcome.toolSessionId,
    usage: addUsage(attempts.map((one) => one.record.usage)),
    cost: addCosts(attempts.map((one) => one.record.cost)),
    nested,
    allowance,
    latencyMs,
    plan,
    attempts: attempts.map((one) => one.record),
    warnings: [...warnings, ...attempts.flatMap(attemptWarnings)],
    failure: failed,
  };
}

/** The invocation of a plan that has not run: `planned`, or failed if a run would end before any attempt. */
export async function unrun(planned: Planned, host: Host, deadline: Deadline): Promise<Invocation> {
  const { decide } = await import('../../routing/decide.js');
  const { plan, nowMs } = planned;
  const first = decide({
    rules: planned.rules,
    access: planned.access,
    candidates: candidatesInRun(planned),
    attempts: [],
    fruitlessWaits: 0,
    nowMs,
    remainingMs: deadline.remainingMs(),
    random: host.random(),
  });
  const stopped =
    first.action === 'stop'
      ? stopFailure(first.stop, noCandidate(plan, planned.isUnconfigured), {
          nowMs,
          origin: planned.request.origin,
        })
      : null;
  const failed = planned.tooMany ?? stopped;
  return unrunInvocation({ ...knownOf(planned), plan, failure: failed });
}

function knownOf({ id, traceId, startedAt, request }: Planned) {
  const { session, sourceAgent } = request;
  return { id, traceId, startedAt, parentId: request.parent?.id ?? null, session, sourceAgent };
}

function statusOf(failed: Failure | null): Invocation['status'] {
  if (failed === null) return 'succeeded';
  return failed.type === 'cancelled' ? 'cancelled' : 'failed';
}

/** The failure that a stop leads to, `unserved` when nothing was tried; with the time of the next retry, if waiting helps. */
function stopFailure(
  stopped: Stop,
  unserved: Failure,
  of: { nowMs: number; origin: RequestOrigin },
): Failure {
  const failed = stopped.failure ?? unserved;
  if (stopped.readyAtMs === null || !isTemporary(failed.type)) return failed;
  return withReturn(failed, stopped.readyAtMs, of);
}

/** A failure with a hint when to try again. */
function withReturn(
  failed: Failure,
  readyAtMs: number,
  { nowMs, origin }: { nowMs: number; origin: RequestOrigin },
): Failure {
  const waitMs = Math.max(0, readyAtMs - nowMs);
  const at = new Date(readyAtMs).toISOString();
  const patience = settingNames(origin).patience(writeDuration(waitMs));
  const after = `try again after ${formatUntil(readyAtMs, nowMs)}`;
  const again = patience === null ? after : `${after}, or wait with ${patience}`;
  return {
    ...failed,
    retryAfterMs: failed.retryAfterMs ?? waitMs,
    resetAt: failed.resetAt ?? at,
    hint: failed.hint === null ? again : `${failed.hint}; ${again}`,
  };
}

function attemptWarnings({ outcome, record }: AttemptResult): string[] {
  if (outcome.failure !== null || outcome.finishReason !== 'length') return outcome.warnings;
  return [...outcome.warnings, `the answer of \`${record.tool}\` was cut off at its length limit`];
}

/** The failure of a plan without candidates; without any config, with how to get a tool. */
function noCandidate(plan: Plan, isUnconfigured: boolean): Failure {
  const blocked = commonRejection(plan);
  if (!isUnconfigured || !plan.rejected.every(isFirstUsable)) return blocked;
  const headline = 'no config was found and no built-in tool is usable';
  return {
    ...blocked,
    type: 'config',
    headline: null,
    message: headline,
    hint: installHint(plan),
  };
}

/** The failure with the common type of the rejections. */
function commonRejection({ rejected }: Plan): Failure {
  const type = decidingRejection(rejected.map(({ reason }) => reason));
  const [only, ...others] = rejected;
  if (only === undefined)
    return failure(type, 'no tool is configured', { phase: 'plan', hint: 'run `llm-router doctor`' });
  // Nothing else rejects a candidate with this type.
  const ofLedger = type === 'input';
  if (others.length === 0) {
    const { detail, phase, hint, resetAt, tool, model } = only;
    return failure(type, detail, { phase, hint, resetAt, tool, model, ofLedger });
  }
  const reasons = rejected.map((one) => `${pairName(one)}: ${one.detail}`).join('; ');
  const headline = 'No available tools in fallback chain';
  return failure(type, `${headline} (${reasons})`, {
    headline,
    phase: 'plan',
    hint: fixes(rejected),
    ofLedger,
  });
}

/** One line for each way out, with the pairs that it would mend. */
function fixes(rejected: readonly Rejected[]): string {
  const pairsOf = new Map<string, string[]>();
  for (const one of rejected) {
    const hint = one.hint ?? 'see `llm-router doctor`';
    pairsOf.set(hint, [...(pairsOf.get(hint) ?? []), pairName(one)]);
  }
  return [...pairsOf].map(([hint, pairs]) => `${pairs.join(', ')}: ${hint}`).join('\n');
}

function isFirstUsable({ because }: Rejected): boolean {
  return because.some(({ rule }) => rule === 'first_usable');
}

function installHint({ rejected }: Plan): string {
  const hints = rejected.flatMap(({ hint }) => (hint === null ? [] : [hint]));
  const key = rejected.find(({ missingVariable }) => missingVariable !== undefined)?.missingVariable;
  return [
    `no tool is in PATH: install one, for example \`${hints[0] ?? ''}\`${key === undefined ? '' : `, or set \`${key}\``}; all: \`llm-router doctor\``,
    'then write a config: `llm-router config init`',
    'to try it without any tool: `llm-router exec --tool mock "hello"`',
  ].join('\n');
}

function pairName({ tool, model }: Rejected): string {
  return [tool, model].filter((name) => name !== null).join(':');
}
