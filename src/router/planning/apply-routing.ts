import { type Failure, failure } from '../../domain/failure.js';
import type { Rejected } from '../../domain/plan.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Candidate } from '../../gates/candidate.js';
import type { Choices, Rejection } from '../../routing/plan.js';
import type { RoutingCandidate, RoutingInput, RoutingPolicy } from './routing-policy.js';

/** The choices in the order of a program's own routing policy; the failure is a candidate that it made up. */
export async function applyRouting(
  route: RoutingPolicy,
  { candidates, rejected }: Choices,
  input: RoutingInput,
): Promise<Result<Choices, Failure>> {
  const ready = candidates.map((candidate) => ({ candidate, shown: shownOf(candidate, null) }));
  const cooling = rejected.flatMap(({ names, candidate }) =>
    candidate === null || names.resetAt === null
      ? []
      : [{ candidate, shown: shownOf(candidate, names.resetAt) }],
  );
  const all = [...ready, ...cooling];
  const routed = await route(
    all.map(({ shown }) => shown),
    input,
  );
  const wanted: Candidate[] = [];
  for (const chosen of routed) {
    const found = all.find(({ shown }) => shown.tool === chosen?.tool && shown.model === chosen.model);
    if (found === undefined) return err(madeUp(chosen));
    if (!wanted.includes(found.candidate)) wanted.push(found.candidate);
  }
  const isLeftOut = (candidate: Candidate): boolean => !wanted.includes(candidate);
  return ok({
    candidates: wanted.filter((candidate) => candidates.includes(candidate)),
    rejected: [
      ...rejected.map((one) => (isCooling(one) && isLeftOut(one.candidate) ? leftOut(one.candidate) : one)),
      ...candidates.filter(isLeftOut).map(leftOut),
    ],
  });
}

function isCooling(one: Rejection): one is Rejection & { candidate: Candidate } {
  return one.candidate !== null && one.names.resetAt !== null;
}

function shownOf({ tool, modelName, model, billing, because }: Candidate, readyAt: string | null) {
  return { tool: tool.name, model: modelName, provider: model?.provider ?? null, billing, because, readyAt };
}

function leftOut(candidate: Candidate): Rejection {
  const { tool, modelName, because } = candidate;
  const names: Rejected = {
    tool: tool.name,
    model: modelName,
    because,
    reason: 'not_allowed',
    detail: 'the routing policy of the program leaves it out',
    hint: 'see `route` of `createRouter` in the program',
    at: null,
    resetAt: null,
    phase: 'plan',
    gate: null,
  };
  return { names, candidate };
}

function madeUp(chosen: RoutingCandidate): Failure {
  const { tool, model } = Object(chosen) as Partial<RoutingCandidate>;
  const name = [tool, model].filter((part) => part !== null && part !== undefined).join(':');
  return failure('usage', `\`route\` returned \`${name}\`, which is not among its candidates`, {
    hint: 'return some of the candidates that it gets, in any order',
  });
}
