import { idTime } from '../domain/id.js';
import { err, ok, type Result } from '../domain/result.js';
import type { GitPlace, WaitingGit } from '../git/git.js';
import { findRepository, type Repository } from '../git/repository.js';
import { systemTrouble, type Trouble } from '../git/trouble.js';
import { beginWork, endWork, type Family, workedSince, workingNow } from './active-runs.js';
import {
  addState,
  commitWriter,
  dropRun,
  forgetRuns,
  NOTHING_BESIDE,
  refWriter,
  type State,
  type StateKind,
} from './history.js';
import { forgetStates, keepState } from './kept-state.js';
import { alone } from './lock.js';
import { type Restored, type RestoreFailure, restore } from './restore.js';
import { openScratch, type Scratch } from './scratch.js';
import { unkeptChanges } from './unkept.js';
import { readAgain, readWorkTree } from './work-tree.js';
import type { SnapshotRules, WorkTreeState } from './work-tree-state.js';
import { worktreeOf } from './worktree.js';

/** What an attempt did, by the states before and after it. */
export interface Span {
  /** Commits. */
  before: string;
  after: string;
  /** What it changed that no state holds, as texts for people. */
  unkept: readonly string[];
  /** Other runs that worked in the same files meanwhile: what differs may be theirs. */
  others: readonly string[];
}

/** The states of the files of one run, while it runs: each is kept under the ref of the run before anything else is done. */
export class RunHistory {
  #files: WorkTreeState | null = null;
  /** The last state that is kept. */
  #last: State | null = null;
  /** The state before the current attempt. */
  #before: { state: State; files: WorkTreeState; startedMs: number; others: readonly string[] } | null = null;
  #hasChanges = false;
  /** Wait for what they are to write while the files are read. */
  #writers: { commits?: WaitingGit; refs?: WaitingGit } = {};
  #forgetting: Promise<unknown> | null = null;

  private constructor(
    readonly family: Family,
    readonly repository: Repository,
    readonly scratch: Scratch,
    readonly rules: SnapshotRules,
    /** The work tree is used again after the run. */
    readonly isLasting: boolean,
    /** Histories of runs that started before are forgotten, ms since the epoch. */
    readonly forgottenBeforeMs: number,
  ) {}

  /** Looks for the work tree of a run; the trouble says why nothing can be kept. */
  static async open(
    family: Family,
    {
      place,
      rules,
      isLasting,
      forgottenBeforeMs,
    }: { place: GitPlace; rules: SnapshotRules; isLasting: boolean; forgottenBeforeMs: number },
  ): Promise<Result<RunHistory, Trouble>> {
    const repository = await findRepository(place);
    if (!repository.ok) return repository;
    const scratch = await openScratch(repository.value);
    if (!scratch.ok) return scratch;
    return ok(new RunHistory(family, repository.value, scratch.value, rules, isLasting, forgottenBeforeMs));
  }

  /** The commit of the last state. */
  get current(): string {
    return this.#last?.commit ?? '';
  }

  /** Keeps the files before an attempt; `null`: it is done. */
  async before(attempt: number): Promise<Trouble | null> {
    const startedMs = Date.now();
    try {
      await beginWork(this.repository, this.family);
    } catch (error) {
      return systemTrouble(error, 'the run cannot be noted in the repository');
    }
    const others = workingNow(this.repository, this.family);
    const reading = this.#read();
    if (this.#last === null)
      this.#writers = { commits: commitWriter(this.repository), refs: refWriter(this.repository) };
    const files = await reading;
    const state = files.ok ? await this.#keep('before', attempt, files.value) : files;
    if (!files.ok || !state.ok) {
      this.#endWriters();
      await endWork(this.repository, this.family.id);
      return state.ok ? null : state.error;
    }
    this.#before = { state: state.value, files: files.value, startedMs, others };
    return null;
  }

  /** Keeps the files as an attempt left them; `null`: it changed nothing. */
  async after(attempt: number): Promise<Result<Span | null, Trouble>> {
    const left = await this.#left(attempt);
    await endWork(this.repository, this.family.id).catch(() => undefined);
    return left;
  }

  async #left(attempt: number): Promise<Result<Span | null, Trouble>> {
    const before = this.#before;
    const reading = this.#read();
    this.#writers.refs ??= refWriter(this.repository);
    this.#forgetting ??= this.#forget();
    const files = await reading;
    if (!files.ok) {
      this.#hasChanges = true;
      return files;
    }
    if (before === null) return ok(null);
    const unkept = unkeptChanges(before.files.unkept, files.value.unkept);
    if (files.value.tree === before.files.tree && unkept.length === 0) return ok(null);
    this.#hasChanges = true;
    const since = await workedSince(this.repository, this.family, before.startedMs);
    if (!since.ok) return since;
    const others = [...new Set([...before.others, ...since.value])];
    const state = await this.#keep('after', attempt, files.value, { unkept, others });
    return state.ok ? ok({ before: before.state.commit, after: state.value.commit, unkept, others }) : state;
  }

  /** Puts the files back as they were before the attempt. */
  async rollBack(attempt: number): Promise<Result<Restored, RestoreFailure>> {
    const [before, last] = [this.#before, this.#last];
    if (before === null || last === null) return ok({ paths: [], submodules: [] });
    const order = { from: last.tree, to: before.files.tree, permissions: before.files.permissions };
    return alone(
      this.repository,
      async () => {
        const restored = await restore(this.repository, order, this.scratch);
        if (!restored.ok) return restored;
        const state = await this.#keep('rolled_back', attempt, before.files);
        return state.ok ? restored : err<RestoreFailure>({ is: 'trouble', trouble: state.error });
      },
      (reason) => ({ is: 'trouble', trouble: reason }),
    );
  }

  /**
   * Keeps the state for the next run. Removes temporary files, the history of a run that changed nothing, and histories of runs that are
   * forgotten.
   */
  async close(): Promise<void> {
    const last = this.#hasChanges ? null : this.#last;
    const dropped =
      last === null
        ? null
        : dropRun(this.repository, {
            id: this.family.id,
            commit: last.commit,
            refs: this.#take().refs,
          });
    this.#endWriters();
    if (this.#files !== null && this.isLasting) await keepState(this.repository, this.#files);
    await Promise.all([this.scratch.remove(), dropped, this.#forgetting ?? this.#forget()]);
  }

  #forget(): Promise<unknown> {
    forgetStates(this.repository, this.forgottenBeforeMs);
    return forgetRuns(this.repository, idTime(this.forgottenBeforeMs));
  }

  #take(): { commits?: WaitingGit; refs?: WaitingGit } {
    const writers = this.#writers;
    this.#writers = {};
    return writers;
  }

  /** Ends those that have nothing to write. */
  #endWriters(): void {
    for (const writer of Object.values(this.#take())) void writer('');
  }

  async #read(): Promise<Result<WorkTreeState, Trouble>> {
    const place = { scratch: this.scratch, rules: this.rules };
    const read =
      this.#files === null
        ? await readWorkTree(this.repository, place)
        : await readAgain(this.repository, this.#files, place);
    if (read.ok) this.#files = read.value;
    return read;
  }

  async #keep(
    kind: StateKind,
    attempt: number,
    files: WorkTreeState,
    beside: Pick<Span, 'unkept' | 'others'> = NOTHING_BESIDE,
  ): Promise<Result<State, Trouble>> {
    const last = this.#last;
    if (kind === 'before' && last?.tree === files.tree) return ok(last);
    const note = {
      kind,
      attempt,
      included: this.rules.included,
      permissions: files.permissions,
      other: null,
      worktree: worktreeOf(this.repository),
      unkept: beside.unkept,
      others: beside.others,
      parentId: this.family.parentId,
      rootId: this.family.rootId,
    };
    const state = { tree: files.tree, parent: last?.commit ?? null, note };
    const added = await addState(this.repository, this.family.id, state, this.#take());
    if (added.ok) this.#last = added.value;
    if (added.ok && kind === 'rolled_back') this.#files = files;
    return added;
  }
}
