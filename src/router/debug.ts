import type { Debug } from '../domain/debug.js';
import type { Candidate } from '../domain/plan.js';
import type { Decision } from '../routing/decide.js';
import type { Planned } from './router.js';

/** Logs a plan: what is known of this machine, every candidate with its reasons, every rejected one. */
export function debugPlan(debug: Debug, { plan, facts, id }: Planned): void {
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

/** Logs what the decision table says next. */
export function debugDecision(debug: Debug, decision: Decision, candidates: readonly Candidate[]): void {
  if (decision.action === 'stop') {
    const { failure, backAtMs } = decision.stop;
    const backAt = backAtMs === null ? null : new Date(backAtMs).toISOString();
    debug('decision', {
      action: 'stop',
      failure: failure?.type ?? 'no candidate left',
      back_at: backAt,
    });
    return;
  }
  const { action, index } = decision;
  const waitMs = decision.action === 'wait' ? decision.delayMs : null;
  const candidate = candidates[index];
  debug('decision', { action, pair: candidate === undefined ? null : pair(candidate), wait_ms: waitMs });
}

/** `tool:model` */
export function pair({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model].filter((name) => name !== null).join(':');
}
