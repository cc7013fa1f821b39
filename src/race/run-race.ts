import { addCosts } from '../domain/cost.js';
import { ChildDeadline, type Deadline } from '../domain/deadline.js';
import type { CostSoFar, RunEvent } from '../domain/events.js';
import { type Failure, failure } from '../domain/failure.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import { pairName } from '../domain/plan.js';
import type { RaceCandidate, RaceSummary, Verification } from '../domain/race.js';
import { addUsage } from '../domain/usage.js';
import { joinCaller } from '../router/nested.js';
import { type LogRecord, recorderOf } from '../router/record.js';
import type { Router } from '../router/router.js';
import { type ObservedVerification, observedRun } from '../router/telemetry.js';
import type { RouterWorld } from '../router/world.js';
import { candidateOf, notStarted } from './candidate.js';
import { type AppliedChange, applyChange, changeOf } from './change.js';
import { raceDocument } from './document.js';
import type { PlannedRace, RacePlan } from './plan-race.js';
import { noWinner } from './reasons.js';
import { summaryOf } from './summary.js';
import { type Verdict, verifyChange } from './verify.js';

/** What a race tells while it goes on. */
export type RaceEvent =
  | { type: 'run'; plan: RacePlan; event: RunEvent | CostSoFar }
  | { type: 'verifying'; plan: RacePlan }
  | { type: 'ended'; plan: RacePlan; candidate: RaceCandidate };

/** Who bounds, follows and decides a race. */
export interface RaceOptions {
  deadline: Deadline;
  /** Asks once whether to go on despite a soft limit. */
  confirm: () => Promise<boolean>;
  emit: (event: RaceEvent) => void | Promise<void>;
  logs: readonly ((record: LogRecord) => void | Promise<void>)[];
  /** Where nothing verifies: the id of the one whose change is wanted, of those that answered; `null`: none now. */
  pick: (candidates: readonly RaceCandidate[]) => Promise<string | null>;
}

/** What came of a race. */
export interface RaceOutcome {
  invocation: Invocation;
  summary: RaceSummary;
  /** The change of the winner in the user's files; `null`: there is none. */
  applied: AppliedChange | null;
}

/** One candidate that has run. */
interface Ran {
  plan: RacePlan;
  candidate: RaceCandidate;
  invocation: Invocation;
}

/**
 * Runs the candidates in work trees of their own until the change of one passes, ends the others, and puts that change onto the user's files. Never
 * throws for a foreseen cause.
 */
export async function runRace(
  router: Router,
  world: RouterWorld,
  { race, options }: { race: PlannedRace; options: RaceOptions },
): Promise<RaceOutcome> {
  const { host, stores } = world;
  const { whole } = race;
  const startMs = host.clock.monotonic();
  const verifications: ObservedVerification[] = [];
  const told = router.telemetry?.sinkOf({ ...observedRun(whole, host), verifications });
  const listeners = { logs: options.logs, events: told === undefined ? [] : [told] };
  const recorder = recorderOf(world, { planned: whole, listeners, telemetry: null, isEarly: true });
  // The next run marks the trace of a race that was killed.
  await recorder.processes?.beforeStart(null);
  await recorder.emit({
    type: 'invocation.started',
    id: whole.id,
    traceId: whole.traceId,
    agent: whole.plan.agent,
  });
  await recorder.emit({ type: 'plan', plan: whole.plan });
  const stop = { deadline: options.deadline, urgent: world.urgent };
  const joined = await joinCaller({ planned: whole, host, stores, stop, recorder });
  const running = new RunningRace(router, world, { race, options, verifications });
  if (joined.ok) {
    await running.run();
    await joined.value();
  }
  const ended = await running.conclude(joined.ok ? null : joined.error);
  const latencyMs = Math.round(host.clock.monotonic() - startMs);
  const invocation = recorder.withSinkWarnings(invocationOf(race, { ...ended, latencyMs }));
  await recorder.emit({ type: 'invocation.finished', invocation });
  return { invocation, summary: ended.summary, applied: ended.applied };
}

/** A race while its candidates run. */
class RunningRace {
  readonly #ran: Ran[] = [];
  readonly #open = new Set<ChildDeadline>();
  readonly #confirm: () => Promise<boolean>;
  #winner: RacePlan | null = null;
  /** Begins as soon as there is a winner: the others may take a while to end. */
  #applying: Promise<AppliedChange> | null = null;

  constructor(
    readonly router: Router,
    readonly world: RouterWorld,
    readonly of: { race: PlannedRace; options: RaceOptions; verifications: ObservedVerification[] },
  ) {
    let asked: Promise<boolean> | null = null;
    this.#confirm = () => {
      asked ??= of.options.confirm();
      return asked;
    };
  }

  /** Runs the candidates, as many at once as allowed. When it ends, nothing of any of them runs. */
  async run(): Promise<void> {
    const { candidates, parallel } = this.of.race;
    const waiting = [...candidates];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !this.#isOver(); next = waiting.shift())
        await this.#runOne(next);
    };
    const ended = await Promise.allSettled(Array.from({ length: parallel }, lane));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  #isOver(): boolean {
    return this.#winner !== null || this.of.options.deadline.failure !== null;
  }

  async #runOne(plan: RacePlan): Promise<void> {
    const { race, options } = this.of;
    const { verify } = race.order;
    const deadline = new ChildDeadline(options.deadline);
    this.#open.add(deadline);
    let verification: Verification | null = null;
    try {
      const invocation = await this.router.complete(plan.planned, {
        deadline,
        confirm: this.#confirm,
        logs: options.logs,
        events: [(event) => options.emit({ type: 'run', plan, event })],
        costs: (event) => void options.emit({ type: 'run', plan, event }),
        ...(verify === null
          ? {}
          : {
              check: async (place) => {
                await options.emit({ type: 'verifying', plan });
                const judged = { ...place, planned: plan.planned, deadline };
                const verdict = await this.#observed(plan, () => verifyChange(this.world, verify, judged));
                verification = verdict.verification;
                return verdict.failure;
              },
            }),
      });
      await this.#end(plan, { invocation, verification });
    } catch (error) {
      this.#endOthers(deadline, failure('internal', 'the race was ended by a bug'));
      throw error;
    } finally {
      this.#open.delete(deadline);
    }
  }

  /** Tells the spans of the race how a change was judged. */
  async #observed({ planned, tool }: RacePlan, judge: () => Promise<Verdict>): Promise<Verdict> {
    const { now } = this.world.host.clock;
    const startMs = now();
    const verdict = await judge();
    const exitCode = verdict.verification?.exitCode ?? null;
    const { failure } = verdict;
    this.of.verifications.push({ id: planned.id, tool, startMs, endMs: now(), exitCode, failure });
    return verdict;
  }

  async #end(
    plan: RacePlan,
    by: { invocation: Invocation; verification: Verification | null },
  ): Promise<void> {
    const { race, options } = this.of;
    const { invocation } = by;
    const { request, verify } = race.order;
    if (invocation.failure === null && verify !== null && this.#winner === null) this.#win(plan);
    const changes = await changeOf(this.world, { id: invocation.id, cwd: request.cwd });
    const candidate = candidateOf(race, { ...by, changes });
    this.#ran.push({ plan, candidate, invocation });
    await options.emit({ type: 'ended', plan, candidate });
  }

  #win(plan: RacePlan): void {
    this.#winner = plan;
    this.#endOthers(null, failure('cancelled', `\`${pairName(plan)}\` had passed before`));
    this.#applying = this.#apply(plan);
  }

  #endOthers(but: ChildDeadline | null, why: Failure): void {
    for (const deadline of this.#open) if (deadline !== but) deadline.stop(why);
  }

  #apply({ planned }: RacePlan): Promise<AppliedChange> {
    const { maxNewDataBytes } = planned.policy.recovery;
    const { cwd } = this.of.race.order.request;
    return applyChange(this.world, { id: planned.id, cwd, mostBytes: maxNewDataBytes });
  }

  /** The outcome, once a person has picked where nothing verifies. */
  async conclude(refused: Failure | null): Promise<Ended> {
    const { race, options } = this.of;
    const candidates = race.candidates.map(
      (plan) => this.#ran.find((ran) => ran.plan === plan)?.candidate ?? notStarted(plan),
    );
    const answered = this.#ran.filter(({ candidate }) => candidate.result === 'answered');
    if (answered.length > 0 && options.deadline.failure === null) {
      const wanted = await options.pick(candidates);
      this.#winner = answered.find(({ candidate }) => candidate.id === wanted)?.plan ?? null;
      if (this.#winner !== null) this.#applying = this.#apply(this.#winner);
    }
    const applied = (await this.#applying) ?? null;
    const winner = this.#ran.find(({ plan }) => plan === this.#winner) ?? null;
    const summary = summaryOf(race, {
      winnerId: winner?.candidate.id ?? null,
      applied: applied?.is ?? null,
      candidates,
    });
    const isServed = winner !== null || (answered.length > 0 && options.deadline.failure === null);
    const failed = isServed
      ? (applied?.failure ?? null)
      : (refused ?? options.deadline.failure ?? noWinner(summary));
    return { summary, applied, failed, winner, ran: this.#ran };
  }
}

interface Ended {
  summary: RaceSummary;
  applied: AppliedChange | null;
  failed: Failure | null;
  winner: Ran | null;
  ran: readonly Ran[];
}

/** The race as one invocation: the answer of the winner, and what all of them have used. */
function invocationOf(
  { whole }: PlannedRace,
  { summary, failed, winner, ran, latencyMs }: Ended & { latencyMs: number },
): Invocation {
  const { id, traceId, startedAt, request, plan } = whole;
  const { session, sourceAgent } = request;
  const known = { id, traceId, startedAt, plan, session, sourceAgent, failure: failed };
  const won = winner?.invocation ?? null;
  return {
    ...unrunInvocation({ ...known, parentId: request.parent?.id ?? null }),
    status: failed === null ? 'succeeded' : failed.type === 'cancelled' ? 'cancelled' : 'failed',
    tool: won?.tool ?? null,
    model: won?.model ?? null,
    responseModel: won?.responseModel ?? null,
    text: won?.text ?? null,
    data: won?.data ?? null,
    finishReason: won?.finishReason ?? null,
    usage: addUsage(ran.map(({ invocation }) => invocation.usage)),
    cost: addCosts(ran.flatMap(({ invocation }) => invocation.cost ?? [])),
    latencyMs,
    warnings: warningsOf(whole.plan.warnings, ran),
    race: raceDocument(summary),
  };
}

function warningsOf(known: readonly string[], ran: readonly Ran[]): string[] {
  const own = ran.flatMap(({ invocation, candidate }) =>
    invocation.warnings
      .filter((warning) => !known.includes(warning))
      .map((warning) => `${candidate.tool ?? candidate.model}: ${warning}`),
  );
  return [...new Set([...known, ...own])];
}
