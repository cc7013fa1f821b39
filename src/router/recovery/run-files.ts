import { type AttemptChanges, changesText, listText, sharedText } from '../../domain/changes.js';
import { type Failure, failure } from '../../domain/failure.js';
import { namesOf } from '../../gates/candidate.js';
import { shownPath } from '../../git/names.js';
import type { Trouble, TroubleKind } from '../../git/trouble.js';
import { mergeInProgress } from '../../snapshot/merge.js';
import { RunHistory } from '../../snapshot/run-history.js';
import type { AttemptFiles, AttemptResult, CandidateInRun, FileGuard, Handover, Run } from '../state.js';
import { handoverText, withHandover } from './handover.js';
import { noChanges, recordedChanges } from './recorded-changes.js';

/** Keeps the files of a run's work tree around each attempt that may change them, and recovers from failed ones. */
export function guardFiles(run: Run, rules: GuardRules): FileGuard {
  return new RunFiles(run, rules);
}

interface GuardRules {
  /** Asks a person whether to go on; false where there is none. */
  confirmRollback: (question: string) => Promise<boolean>;
  /** How long snapshots are kept, days. */
  keepDays: number;
}

class RunFiles implements FileGuard {
  #history: RunHistory | null = null;
  /** Ends the snapshot before an attempt; later ones are ended by a second signal only. */
  #stop: AbortSignal | null = null;
  handover: Handover | null = null;

  constructor(
    readonly run: Run,
    readonly rules: GuardRules,
  ) {}

  async before(n: number): Promise<AttemptFiles> {
    const { planned, host, stop } = this.run;
    this.#stop = stop.deadline.signal;
    const { includeIgnored, maxNewDataBytes } = planned.policy.recovery;
    if (this.#history === null) {
      const { id, request } = planned;
      const { id: parentId = null, rootId = null } = request.parent ?? {};
      const opened = await RunHistory.open(
        { id, parentId, rootId: rootId ?? id },
        {
          place: { cwd: planned.request.cwd, env: host.env, signal: () => this.#stop ?? stop.urgent },
          rules: { included: includeIgnored, mostBytes: maxNewDataBytes },
          isLasting: planned.isolation === null,
          forgottenBeforeMs: host.clock.now() - this.rules.keepDays * DAY_MS,
        },
      );
      if (!opened.ok) return this.#unguarded(opened.error);
      this.#history = opened.value;
    }
    const history = this.#history;
    const before = await history.before(n);
    this.#stop = null;
    if (before !== null) return this.#unguarded(before);
    return { after: (candidate, result) => this.#after(history, candidate, result) };
  }

  async close(): Promise<void> {
    await this.#history?.close();
  }

  /** The result with what the attempt changed; with `rollback` the files are then as before it. */
  async #after(
    history: RunHistory,
    candidate: CandidateInRun,
    result: AttemptResult,
  ): Promise<AttemptResult> {
    const { record } = result;
    const left = await history.after(record.n);
    if (!left.ok) return this.#unlisted(result, left.error);
    if (left.value === null) {
      const changes = noChanges(history);
      return { ...result, mayHaveChanged: false, record: { ...record, changes } };
    }
    const changes = await recordedChanges(history, left.value);
    if (!changes.ok) return this.#unlisted(result, changes.error);
    if (result.outcome.failure === null) return { ...result, record: { ...record, changes: changes.value } };
    return this.#recover(history, candidate, {
      result,
      changes: changes.value,
      failed: result.outcome.failure,
    });
  }

  /** There is no snapshot. Where one was to be expected, or asked for, a tool that was started may have changed anything. */
  #unguarded(reason: Trouble): AttemptFiles {
    const isAsked = this.run.planned.policy.recovery.afterFailure !== 'stop';
    if (!isAsked && EXPECTED.has(reason.kind))
      return {
        after: async (_, result) => ({ ...result, record: { ...result.record, noSnapshot: reason.message } }),
      };
    return { after: async (_, result) => this.#unlisted(result, reason) };
  }

  /** What an attempt changed is not known, so that nothing may follow as if it had changed nothing. */
  #unlisted(result: AttemptResult, { kind, message }: Trouble): AttemptResult {
    const { outcome, record, started } = result;
    const isSaid = outcome.failure !== null;
    const warnings = isSaid
      ? outcome.warnings
      : [...outcome.warnings, `there is no snapshot of the files: ${message}`];
    const failed =
      kind === 'stopped' || !started ? outcome.failure : withoutSnapshot(outcome.failure, message);
    return {
      ...result,
      mayHaveChanged: result.mayHaveChanged || started,
      outcome: { ...outcome, failure: failed, warnings },
      record: { ...record, failure: failed, noSnapshot: message },
    };
  }

  async #recover(
    history: RunHistory,
    candidate: CandidateInRun,
    { result, changes, failed }: { result: AttemptResult; changes: AttemptChanges; failed: Failure },
  ): Promise<AttemptResult> {
    const { afterFailure } = this.run.planned.policy.recovery;
    const mode = failed.type === 'cancelled' ? 'stop' : afterFailure;
    if (mode === 'stop') return this.#concluded(candidate, result, { ...changes, recovery: 'left' });
    if (mode === 'hand_over') {
      const text = await handoverText(history, { changes, failed, candidate });
      this.handover = (task) => ({ ...task, ...withHandover(task, text) });
      return this.#concluded(candidate, result, { ...changes, recovery: 'handed_over' });
    }
    const blocked = await this.#rollBack(history, result.record.n, changes);
    if (blocked === null) return this.#concluded(candidate, result, { ...changes, recovery: 'rolled_back' });
    const message = `${failed.message}; it had changed ${changesText(changes)}, which is not rolled back: ${blocked.message}`;
    const { tool, model } = failed;
    const unrestored = failure('not_restored', message, { tool, model, hint: this.#hint(blocked.hint) });
    const outcome = { ...result.outcome, failure: unrestored };
    const record = { ...result.record, failure: unrestored };
    return this.#concluded(
      candidate,
      { ...result, outcome, record },
      { ...changes, recovery: 'not_restored' },
    );
  }

  /** Puts the files back; what keeps it from that, or `null`. */
  async #rollBack(
    history: RunHistory,
    n: number,
    changes: AttemptChanges,
  ): Promise<{ message: string; hint: string | null } | null> {
    const kept = blockOf(changes);
    if (kept !== null) return kept;
    const merge = await mergeInProgress(history.repository);
    if (merge !== null) {
      const question = `A ${merge} is in progress. Roll back ${changesText(changes)}? [y/N] `;
      if (!(await this.rules.confirmRollback(question)))
        return { message: `a ${merge} is in progress`, hint: `finish or abort the ${merge} first` };
    }
    const restored = await history.rollBack(n);
    if (restored.ok) return null;
    if (restored.error.is === 'trouble') return { message: restored.error.trouble.message, hint: null };
    const paths = restored.error.paths.map((path) => `\`${shownPath(path)}\``).join(', ');
    return { message: `another program changed ${paths} meanwhile`, hint: null };
  }

  async #concluded(
    candidate: CandidateInRun,
    result: AttemptResult,
    changes: AttemptChanges,
  ): Promise<AttemptResult> {
    const { recovery } = changes;
    const { n } = result.record;
    if (recovery !== null && recovery !== 'left') {
      const names = namesOf(candidate);
      await this.run.recorder.emit({
        type: 'recovery',
        attempt: n,
        candidate: names,
        action: recovery,
        changes,
      });
    }
    return {
      ...result,
      canContinue: result.canContinue && recovery !== 'rolled_back',
      record: { ...result.record, changes },
      mayHaveChanged: recovery === 'left' || recovery === 'not_restored',
      left:
        recovery === 'left' ? { text: changesText(changes), hint: this.#hint(sharedText(changes)) } : null,
    };
  }

  #hint(first: string | null): string {
    const { id, isolation } = this.run.planned;
    const back =
      isolation === null
        ? `\`llm-router undo ${id}\` takes them back`
        : `your files have none of them; \`llm-router apply ${id}\` puts them there`;
    const ways = `\`llm-router diff ${id}\` shows the changes\n${back}`;
    return first === null ? ways : `${first}\n${ways}`;
  }
}

const DAY_MS = 24 * 3_600_000;

/** Where snapshots are not to be had: the documents say so, and the output of the tool decides. */
const EXPECTED: ReadonlySet<TroubleKind> = new Set(['no_git', 'no_repository', 'bare', 'stopped']);

function withoutSnapshot(failed: Failure | null, reason: string): Failure | null {
  if (failed === null) return null;
  return { ...failed, message: `${failed.message}; there is no snapshot of the files (${reason})` };
}

/** What keeps a rollback from being a whole one. */
function blockOf({ notKept, otherRuns }: AttemptChanges): { message: string; hint: string | null } | null {
  if (notKept.length > 0)
    return { message: `${listText(notKept)} cannot be put back`, hint: 'put that back by hand' };
  const shared = sharedText({ otherRuns });
  return shared === null ? null : { message: shared, hint: '`--isolate` gives each run files of its own' };
}
