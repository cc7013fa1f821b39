import type { Task } from '../adapters/adapter.js';
import type { Connections } from '../adapters/http/connections.js';
import type { Attempt, Outcome } from '../domain/attempt.js';
import type { Rejected } from '../domain/plan.js';
import type { Refused } from '../gates/gate.js';
import type { OpenedGate } from '../gates/gates.js';
import type { CandidateState, LeftChanges } from '../routing/decision.js';
import type { Planned, PlannedCandidate } from './planned.js';
import type { Recorder } from './record.js';
import type { Host, Stop, Stores } from './world.js';

/** The state of a run. */
export interface Run {
  readonly planned: Planned;
  /** As its tools are to see it. */
  host: Host;
  readonly stores: Stores;
  readonly connections: Connections;
  readonly stop: Stop;
  readonly recorder: Recorder;
  readonly gates: readonly OpenedGate[];
  /** The candidates of the plan in order, then those in a cooldown that the run may wait for. */
  readonly candidates: readonly CandidateInRun[];
  readonly attempts: AttemptResult[];
  /** Refusals after planning. */
  readonly refused: Rejected[];
  /** Waits after which the gates still refused the candidate. */
  fruitlessWaits: number;
  /** Keeps the files of the work tree; `null` until an attempt may change them. */
  files: FileGuard | null;
}

/** The task with what another attempt has handed over. */
export type Handover = (task: Task) => Task;

/** The session of a failed attempt that the next one goes on with. */
export interface Continuation {
  from: AttemptResult;
  task: Handover;
  /** The result of the next attempt, with what the earlier one had left. */
  with: (result: AttemptResult) => AttemptResult;
}

/** Keeps the files of a run's work tree around attempts that may change them. */
export interface FileGuard {
  /** Puts what was handed over before the prompt of the next attempt; `null`: nothing was. */
  readonly handover: Handover | null;
  /** Keeps the files before an attempt. Where that is not possible, the record of the attempt says why. */
  before(n: number): Promise<AttemptFiles>;
  /** Removes temporary files, and snapshots of runs that are no longer kept. */
  close(): Promise<void>;
}

/** The files around one attempt. */
export interface AttemptFiles {
  /** The result with what was changed, and recovered from by the policy. */
  after(candidate: CandidateInRun, result: AttemptResult): Promise<AttemptResult>;
}

/** A candidate during a run. */
export interface CandidateInRun extends PlannedCandidate {
  state: CandidateState;
}

/** One finished attempt, as the input of a decision. */
export interface AttemptResult {
  candidate: CandidateInRun;
  record: Attempt;
  outcome: Outcome;
  /** The tool had been started. */
  started: boolean;
  /** The tool had shown output or activity. */
  active: boolean;
  /** The tool may have changed something, as far as its access allowed it. */
  mayHaveChanged: boolean;
  /** What it left in the files, for the message of a stop; `null`: unknown, or nothing. */
  left: LeftChanges | null;
  /** The tool left a session that it can continue, with the files as they are. */
  canContinue: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
  /** ms since the epoch. */
  endedMs: number;
}

/** All candidates of a run: those that passed the gates, and those that are ready at a known time. */
export function candidatesInRun({ candidates, rejected }: Planned): CandidateInRun[] {
  const ready = candidates.map((candidate): CandidateInRun => ({ ...candidate, state: { is: 'ready' } }));
  const cooling = rejected.flatMap(({ names, candidate }): CandidateInRun[] => {
    if (candidate === null || names.resetAt === null) return [];
    return [{ ...candidate, state: { is: 'cooling', untilMs: Date.parse(names.resetAt) } }];
  });
  return [...ready, ...cooling];
}

/** The state of a candidate after a refusal: ready at a known time, or refused for good. */
export function stateAfter({ refusal, queued = false }: Refused): CandidateState {
  if (refusal.resetAt === null) return { is: 'refused' };
  return { is: queued ? 'queued' : 'cooling', untilMs: Date.parse(refusal.resetAt) };
}
