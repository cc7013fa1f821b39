import type { Candidate, Plan, Rejected } from '../domain/plan.js';
import type { Standing } from '../routing/decide.js';

/** What the config says of a candidate that a decision may turn on. */
export type Traits = Pick<Standing, 'kind' | 'contextWindow' | 'priceUsd'>;

/** A candidate in the race: one of the plan, or one that only cools down and may be waited for. */
export interface Runner {
  candidate: Candidate;
  standing: Standing;
  /** It was refused because others come first: it is waited for in their queue, not by the clock alone. */
  queues: boolean;
}

/** Everybody who may still run: the candidates of a plan in their order, then those that only cool down. */
export function runnersOf(plan: Plan, traitsOf: (candidate: Candidate) => Traits): Runner[] {
  const cooling = plan.rejected.flatMap((rejected) => {
    const coolsUntilMs = comesBackAtMs(rejected);
    if (coolsUntilMs === null || rejected.tool === null) return [];
    const { tool, model, because } = rejected;
    return [{ candidate: { tool, model, because }, coolsUntilMs }];
  });
  const ready = plan.candidates.map((candidate) => ({ candidate, coolsUntilMs: null }));
  return [...ready, ...cooling].map(({ candidate, coolsUntilMs }) => ({
    candidate,
    standing: { ...traitsOf(candidate), coolsUntilMs, refused: false },
    queues: false,
  }));
}

/** The same runner after a gate has refused it: it comes back at a known time, or not at all. */
export function refusedRunner(runner: Runner, rejected: Rejected, queues: boolean): Runner {
  const coolsUntilMs = comesBackAtMs(rejected);
  const standing = { ...runner.standing, coolsUntilMs, refused: coolsUntilMs === null };
  return { ...runner, standing, queues };
}

function comesBackAtMs({ resetAt }: Rejected): number | null {
  return resetAt === null ? null : Date.parse(resetAt);
}
