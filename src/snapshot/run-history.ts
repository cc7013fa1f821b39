import { idTime } from '../domain/id.js';
import { err, ok, type Result } from '../domain/result.js';
import type { GitPlace } from '../git/git.js';
import { findRepository, type Repository } from '../git/repository.js';
import type { Trouble } from '../git/trouble.js';
import { addState, dropRun, forgetRuns, type State, type StateKind } from './history.js';
import { type Restored, type RestoreFailure, restore } from './restore.js';
import { openScratch, type Scratch } from './scratch.js';
import { readAgain, readWorkTree, type SnapshotRules, type WorkTreeState } from './work-tree.js';
import { worktreeOf } from './worktree.js';

/** Two states by their commits. */
export interface Span {
  before: string;
  after: string;
}

/** The states of the files of one run, while it runs: each is kept under the ref of the run before anything else is done. */
export class RunHistory {
  #files: WorkTreeState | null = null;
  /** The last state that is kept. */
  #last: State | null = null;
  /** The state before the current attempt. */
  #before: { state: State; files: WorkTreeState } | null = null;
  #hasChanges = false;

  private constructor(
    readonly id: string,
    readonly repository: Repository,
    readonly scratch: Scratch,
    readonly rules: SnapshotRules,
  ) {}

  /** Looks for the work tree of a run; the trouble says why nothing can be kept. */
  static async open(
    id: string,
    { place, rules }: { place: GitPlace; rules: SnapshotRules },
  ): Promise<Result<RunHistory, Trouble>> {
    const repository = await findRepository(place);
    if (!repository.ok) return repository;
    const scratch = await openScratch(repository.value);
    if (!scratch.ok) return scratch;
    return ok(new RunHistory(id, repository.value, scratch.value, rules));
  }

  /** The commit of the last state. */
  get current(): string {
    return this.#last?.commit ?? '';
  }

  /** Keeps the files before an attempt; `null`: it is done. */
  async before(attempt: number): Promise<Trouble | null> {
    const files = await this.#read();
    if (!files.ok) return files.error;
    const state = await this.#keep('before', attempt, files.value);
    if (!state.ok) return state.error;
    this.#before = { state: state.value, files: files.value };
    return null;
  }

  /** Keeps the files as an attempt left them; `null`: it changed nothing. */
  async after(attempt: number): Promise<Result<Span | null, Trouble>> {
    const before = this.#before;
    const files = await this.#read();
    if (!files.ok) return files;
    if (before === null || files.value.tree === before.files.tree) return ok(null);
    this.#hasChanges = true;
    const state = await this.#keep('after', attempt, files.value);
    return state.ok ? ok({ before: before.state.commit, after: state.value.commit }) : state;
  }

  /** Puts the files back as they were before the attempt. */
  async rollBack(attempt: number): Promise<Result<Restored, RestoreFailure>> {
    const [before, last] = [this.#before, this.#last];
    if (before === null || last === null) return ok({ paths: [], submodules: [] });
    const order = { from: last.tree, to: before.files.tree, permissions: before.files.permissions };
    const restored = await restore(this.repository, order, this.scratch);
    if (!restored.ok) return restored;
    const state = await this.#keep('rolled_back', attempt, before.files);
    if (!state.ok) return err({ is: 'trouble', trouble: state.error });
    return restored;
  }

  /** Removes temporary files, the history of a run that changed nothing, and histories of runs that started before a time. */
  async close({ beforeMs }: { beforeMs: number }): Promise<void> {
    await this.scratch.remove();
    if (!this.#hasChanges && this.#last !== null) await dropRun(this.repository, this.id, this.#last.commit);
    await forgetRuns(this.repository, idTime(beforeMs));
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

  async #keep(kind: StateKind, attempt: number, files: WorkTreeState): Promise<Result<State, Trouble>> {
    const last = this.#last;
    if (kind === 'before' && last?.tree === files.tree) return ok(last);
    const added = await addState(this.repository, this.id, {
      tree: files.tree,
      parent: last?.commit ?? null,
      note: {
        kind,
        attempt,
        included: this.rules.included,
        permissions: files.permissions,
        other: null,
        worktree: worktreeOf(this.repository),
      },
    });
    if (added.ok) this.#last = added.value;
    if (added.ok && kind === 'rolled_back') this.#files = files;
    return added;
  }
}
