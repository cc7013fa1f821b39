import type { Attempt, Outcome } from '../domain/attempt.js';
import type { Rejected } from '../domain/plan.js';
import type { OpenGate, Refused } from '../gates/gate.js';
import type { CandidateState } from '../routing/decision.js';
import type { Planned, PlannedCandidate } from './planned.js';
import type { Recorder } from './record.js';
import type { Host, Stop, Stores } from './world.js';

/** A run: what it goes by, and everything that has happened. */
export interface Run {
  readonly planned: Planned;
  readonly host: Host;
  readonly stores: Stores;
  readonly stop: Stop;
  readonly recorder: Recorder;
  readonly gates: readonly (OpenGate & { name: string })[];
  /** The candidates of the plan in their order, then those that only cool down and may be waited for. */
  readonly candidates: readonly Contender[];
  readonly attempts: AttemptResult[];
  /** What the gates refused after planning. */
  readonly refused: Rejected[];
  /** Waits after which the gates refused the candidate that was waited for. */
  fruitlessWaits: number;
}

/** A candidate during a run. */
export interface Contender extends PlannedCandidate {
  state: CandidateState;
}

/** One attempt that is over, with what a decision needs to know of it. */
export interface AttemptResult {
  candidate: Contender;
  record: Attempt;
  outcome: Outcome;
  /** The tool had been started. */
  started: boolean;
  /** The tool had shown output or activity. */
  active: boolean;
  /** The tool may have changed something, as far as its access allowed it. */
  mayHaveChanged: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
  /** ms since the epoch. */
  endedMs: number;
}

/** Everything that may run in the course of a run: what passed the gates, and what comes back at a known time. */
export function contendersOf({ candidates, rejected }: Planned): Contender[] {
  const ready = candidates.map((candidate): Contender => ({ ...candidate, state: { is: 'ready' } }));
  const cooling = rejected.flatMap(({ names, candidate }): Contender[] => {
    if (candidate === null || names.resetAt === null) return [];
    return [{ ...candidate, state: { is: 'cooling', untilMs: Date.parse(names.resetAt) } }];
  });
  return [...ready, ...cooling];
}

/** Where a candidate stands after a gate has refused it: it comes back at a known time, or not at all. */
export function stateAfter({ refusal, queued = false }: Refused): CandidateState {
  if (refusal.resetAt === null) return { is: 'refused' };
  return { is: queued ? 'queued' : 'cooling', untilMs: Date.parse(refusal.resetAt) };
}
