import type { Debug } from '../domain/debug.js';
import type { Facts } from '../domain/facts.js';
import { namesOf } from '../gates/candidate.js';
import type { Decision } from '../routing/decision.js';
import type { Admission } from './admit.js';
import type { Planned } from './planned.js';
import type { CandidateInRun } from './state.js';

/** Logs a plan: the facts of this machine, every candidate with its reasons, every rejected one. */
export function debugPlan(debug: Debug, { plan, id }: Planned, facts: Facts): void {
  const tools = Object.entries(facts.tools).map(
    ([name, state]) => `${name}:${state.available ? 'ready' : state.reason}`,
  );
  const cooldowns = facts.cooldowns.map((one) => `${pair(one)}:${one.reason}`);
  debug('facts', { tools, cooldowns, input_tokens: facts.inputTokens, spend_windows: facts.spend.length });
  const { agent, policy, access } = plan;
  debug('plan', { id, agent, policy, access, candidates: plan.candidates.length });
  for (const candidate of plan.candidates) {
    const because = candidate.because.map(({ rule, at }) => (at === null ? rule : `${rule} (${at})`));
    debug('candidate', { pair: pair(candidate), because });
  }
  for (const { reason, detail, at, ...rejected } of plan.rejected)
    debug('rejected', { pair: pair(rejected), reason, detail, at });
}

/** Logs the next step of the decision table. */
export function debugDecision(debug: Debug, decision: Decision<CandidateInRun>): void {
  if (decision.action === 'stop') {
    const { failure, readyAtMs } = decision.stop;
    const backAt = readyAtMs === null ? null : new Date(readyAtMs).toISOString();
    debug('decision', {
      action: 'stop',
      failure: failure?.type ?? 'no candidate left',
      back_at: backAt,
    });
    return;
  }
  const waitMs = decision.action === 'wait' ? decision.delayMs : null;
  debug('decision', {
    action: decision.action,
    pair: pair(namesOf(decision.candidate)),
    wait_ms: waitMs,
  });
}

/** Logs whether the gates let a candidate run. */
export function debugAdmission(debug: Debug, admission: Admission, candidate: CandidateInRun): void {
  const known = { pair: pair(namesOf(candidate)) };
  if ('stop' in admission) debug('admission', { ...known, result: 'stop', failure: admission.stop.type });
  else if ('grant' in admission) debug('admission', { ...known, result: 'admitted' });
  else {
    const { reason, detail } = admission.refusal;
    debug('admission', { ...known, result: admission.queued ? 'queued' : 'refused', reason, detail });
  }
}

/** `tool:model` */
function pair({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model].filter((name) => name !== null).join(':');
}
