import { decidingRejection, type Failure, failure } from '../domain/failure.js';
import type { Plan, Rejected } from '../domain/plan.js';

/** The failure of an invocation for which nobody could be tried: its type is what the rejections have in common. */
export function noCandidate(plan: Plan): Failure {
  const type = decidingRejection(plan.rejected.map((rejected) => rejected.reason));
  const [only, ...others] = plan.rejected;
  if (only === undefined)
    return failure(type, 'no tool is configured', { phase: 'plan', hint: 'run `llm-router doctor`' });
  if (others.length === 0) {
    return failure(type, only.detail, {
      phase: only.phase,
      hint: only.hint,
      resetAt: only.resetAt,
      tool: only.tool,
      model: only.model,
    });
  }
  const reasons = plan.rejected.map((rejected) => `${pairName(rejected)}: ${rejected.detail}`).join('; ');
  const headline = 'No available tools in fallback chain';
  return failure(type, `${headline} (${reasons})`, {
    headline,
    phase: 'plan',
    hint: plan.rejected.find((rejected) => rejected.hint !== null)?.hint ?? 'run `llm-router doctor`',
  });
}

function pairName({ tool, model }: Rejected): string {
  return [tool, model].filter((name) => name !== null).join(':');
}
