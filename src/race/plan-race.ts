import { spanIdOf, w3cTraceId } from '../crypto/trace-ids.js';
import type { Deadline } from '../domain/deadline.js';
import { type Failure, failure } from '../domain/failure.js';
import { type FamilyCap, NO_FAMILY } from '../domain/family.js';
import { newId, newTraceId } from '../domain/id.js';
import type { RaceMode } from '../domain/race.js';
import type { Parent, Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { isSampled, type ParentSpan } from '../domain/trace-context.js';
import { findRepository } from '../git/repository.js';
import type { Planned } from '../router/planned.js';
import type { Router } from '../router/router.js';
import type { RouterWorld } from '../router/world.js';
import { mergeInProgress } from '../snapshot/merge.js';
import { MOST_AT_ONCE, type NamedEntry, type RaceOrder } from './order.js';
import { commandTrouble } from './verify.js';

/** A race that can start. */
export interface PlannedRace {
  order: RaceOrder;
  mode: RaceMode;
  parallel: number;
  /** The most that all may cost together, micro-USD; `null`: no cap. */
  capMicroUsd: number | null;
  /** In the order in which they are to start. */
  candidates: readonly RacePlan[];
  /** The race as one run, for its trace. */
  whole: Planned;
}

/** The plan of one candidate. */
export interface RacePlan {
  tool: string | null;
  model: string | null;
  /** Input and output together, USD per million tokens; `null`: unknown. */
  listPrice: number | null;
  planned: Planned;
}

/** Plans every candidate as a run of its own, under one cap. The failure says what is wrong with the order. */
export async function planRace(
  router: Router,
  world: Pick<RouterWorld, 'host' | 'stores' | 'urgent'>,
  { order, deadline }: { order: RaceOrder; deadline: Deadline },
): Promise<Result<PlannedRace, Failure>> {
  const trouble = orderTrouble(order);
  if (trouble !== null) return err(trouble);
  const { host } = world;
  const { request } = order;
  const raceId = newId(host.clock.now(), host.random);
  const traceId = request.traceId ?? request.parent?.traceId ?? newTraceId(host.random);
  const plans: RacePlan[] = [];
  for (const entry of order.candidates) {
    const plan = await planCandidate(router, order, { entry, raceId, traceId });
    if (!plan.ok) return plan;
    const twice = plans.some(({ tool, model }) => tool === plan.value.tool && model === plan.value.model);
    if (twice) return err(duplicate(plan.value));
    plans.push(plan.value);
  }
  const inTheWay = (await filesTrouble(world, request)) ?? (await commandTrouble(world, order, deadline));
  if (inTheWay !== null) return err(inTheWay);
  const capMicroUsd = capOf(order, plans);
  const cap =
    request.parent?.family.cap ??
    (capMicroUsd === null ? null : { ownerId: raceId, capMicroUsd, sourceId: null });
  const candidates = (order.isCascade ? cheapestFirst(plans) : plans).map((plan) => underCap(plan, cap));
  const [first] = candidates;
  if (first === undefined) throw new Error('a race without candidates');
  return ok({
    order,
    mode: order.isCascade ? 'cascade' : 'parallel',
    parallel: order.isCascade ? 1 : Math.min(order.parallel ?? MOST_AT_ONCE, candidates.length),
    capMicroUsd,
    candidates,
    whole: wholeOf(first.planned, { order, raceId, candidates }),
  });
}

function orderTrouble({ candidates, isCascade, parallel, verify }: RaceOrder): Failure | null {
  if (candidates.length < 2)
    return failure('usage', 'a race needs at least two candidates', {
      hint: 'name them as `--candidates claude-code,codex:gpt-5.5`; `llm-router exec --isolate` runs a single one',
    });
  if (candidates.length > MOST_CANDIDATES)
    return failure('usage', `a race has at most ${MOST_CANDIDATES} candidates, not ${candidates.length}`);
  if (isCascade && parallel !== null)
    return failure('usage', '`--cascade` and `--parallel` contradict each other', {
      hint: 'a cascade runs one candidate after the other: leave one of them out',
    });
  if (isCascade && verify === null)
    return failure('usage', '`--cascade` needs `--verify`', {
      hint: 'give the command that decides whether the next candidate has to run: `--verify "npm test"`',
    });
  return null;
}

/** Each has a work tree, a plan and a line on the screen. */
const MOST_CANDIDATES = 16;

/** A run of one candidate: without fallbacks, in a work tree of its own, nested in the race. */
async function planCandidate(
  router: Router,
  { request, verify, isCascade, candidates }: RaceOrder,
  { entry, raceId, traceId }: { entry: NamedEntry; raceId: string; traceId: string },
): Promise<Result<RacePlan, Failure>> {
  const asked: Request = {
    ...request,
    tool: entry.tool,
    model: entry.model,
    fallback: false,
    maxCostMicroUsd: null,
    traceId,
    parentSpan: spanOfRace({ raceId, traceId }, request),
    isolation: { keepsBranch: false, race: { raceId, isVerified: verify !== null } },
    parent: asParent(raceId, request.parent),
  };
  const planned = await router.plan(asked);
  if (!planned.ok) return planned;
  const own = planned.value.spending.capMicroUsd;
  const most = shareOf(request, { own, count: candidates.length, isCascade });
  if (most === own) return ok(planOf(planned.value, entry));
  const bounded = await router.plan({ ...asked, maxCostMicroUsd: most });
  return bounded.ok ? ok(planOf(bounded.value, entry)) : bounded;
}

/** The race is no level of nesting, and each candidate ends its own process tree. */
function asParent(raceId: string, outer: Parent | null): Parent {
  return { ...(outer ?? NO_CALLER), id: raceId };
}

/** The span of the race, below which those of its candidates are. */
function spanOfRace(
  { raceId, traceId }: { raceId: string; traceId: string },
  { parentSpan }: Request,
): ParentSpan {
  return {
    traceId: w3cTraceId(traceId),
    spanId: spanIdOf(raceId),
    isSampled: isSampled(parentSpan),
    isLocal: true,
  };
}

const NO_CALLER: Parent = { id: null, rootId: null, traceId: null, depth: 0, slots: [], family: NO_FAMILY };

/**
 * The most that one candidate may cost: the cap of its agent, else its part of that of the race. In a cascade the first may use all of it. Inside
 * an outer run, whose cap holds for all, only equal parts keep that of the race.
 */
function shareOf(
  { maxCostMicroUsd: all, parent }: Request,
  { own, count, isCascade }: { own: number | null; count: number; isCascade: boolean },
): number | null {
  if (all === null) return own;
  const isNested = (parent?.family.cap ?? null) !== null;
  const part = isNested || (own === null && !isCascade) ? Math.floor(all / count) : all;
  return own === null ? part : Math.min(own, part);
}

function planOf(planned: Planned, entry: NamedEntry): RacePlan {
  const pair = planned.plan.candidates[0] ?? planned.plan.rejected[0] ?? entry;
  const model = planned.candidates[0]?.model ?? planned.rejected[0]?.candidate?.model ?? null;
  const price = model?.price ?? null;
  const listPrice = price === null ? null : price.input + price.output;
  return { tool: pair.tool, model: pair.model, listPrice, planned };
}

/** The given cap, else the caps of all candidates together. */
function capOf({ request }: RaceOrder, plans: readonly RacePlan[]): number | null {
  if (request.maxCostMicroUsd !== null) return request.maxCostMicroUsd;
  const caps = plans.map(({ planned }) => planned.spending.capMicroUsd);
  return caps.some((cap) => cap === null) ? null : caps.reduce<number>((sum, cap) => sum + (cap ?? 0), 0);
}

/** Those without a known price come last, in the given order. */
function cheapestFirst(plans: readonly RacePlan[]): RacePlan[] {
  const rank = ({ listPrice }: RacePlan): number => listPrice ?? Number.MAX_VALUE;
  return [...plans].sort((a, b) => rank(a) - rank(b));
}

function underCap(plan: RacePlan, cap: FamilyCap | null): RacePlan {
  const { planned } = plan;
  const { parent } = planned.request;
  if (parent === null) throw new Error('a candidate is nested in its race');
  const request = { ...planned.request, parent: { ...parent, family: { ...parent.family, cap } } };
  return { ...plan, planned: { ...planned, request, spending: { ...planned.spending, family: cap } } };
}

/** The race as a run: all candidates in the user's folder. */
function wholeOf(
  first: Planned,
  { order, raceId, candidates }: { order: RaceOrder; raceId: string; candidates: readonly RacePlan[] },
): Planned {
  const all = candidates.map(({ planned }) => planned);
  const { startedAt, nowMs } = all.reduce((one, other) => (other.nowMs < one.nowMs ? other : one), first);
  const { request } = order;
  return {
    ...first,
    id: raceId,
    startedAt,
    nowMs,
    request: { ...request, system: first.request.system, traceId: first.traceId },
    isolation: null,
    spending: { ...first.spending, family: request.parent?.family.cap ?? null },
    candidates: all.flatMap((one) => one.candidates),
    rejected: all.flatMap((one) => one.rejected),
    plan: {
      ...first.plan,
      candidates: all.flatMap(({ plan }) => plan.candidates),
      rejected: all.flatMap(({ plan }) => plan.rejected),
      ignored: all.flatMap(({ plan }) => plan.ignored),
      warnings: [...new Set(all.flatMap(({ plan }) => plan.warnings))],
    },
  };
}

function duplicate({ tool, model }: RacePlan): Failure {
  const pair = [tool, model].filter((name) => name !== null).join(':');
  return failure('usage', `\`${pair}\` is a candidate twice`, {
    hint: 'name each pair of tool and model once; a tool without a model has that of the agent',
  });
}

/** The change of a candidate cannot be told from that of an unfinished merge. */
async function filesTrouble({ host }: Pick<RouterWorld, 'host'>, { cwd }: Request): Promise<Failure | null> {
  const repository = await findRepository({ cwd, env: host.env });
  const merge = repository.ok ? await mergeInProgress(repository.value) : null;
  if (merge === null) return null;
  return failure('usage', `a ${merge} is in progress in the work tree`, {
    hint: `finish or abort the ${merge} first`,
  });
}
