import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { findJob, type Job, listJobs } from '../jobs/jobs.js';
import type { JobsWorld } from '../jobs/world.js';

/** The runs that one client may follow: those that were started in its working directory, or below it. */
export class OwnRuns {
  readonly #jobs: JobsWorld;
  /** What the records of its runs call it. */
  readonly startedBy: string;
  #newest: string | null = null;

  constructor(jobs: JobsWorld, client: string) {
    this.#jobs = jobs;
    this.startedBy = `mcp ${client}`;
  }

  /** Keeps the id of a run that was started just now. */
  add(id: string): void {
    this.#newest = id;
  }

  /** The run of an id, or of the beginning of one; without it the newest run of this client, by an earlier server too. */
  async find(id: string | null): Promise<Result<Job, Failure>> {
    if (id === null) return this.#findNewest();
    const found = await findJob(this.#jobs, id);
    if (!found.ok) return err(unknown(found.error.message));
    return this.#isHere(found.value) ? found : err(unknown(`there is no run \`${id}\` of this directory`));
  }

  async #findNewest(): Promise<Result<Job, Failure>> {
    if (this.#newest !== null) return this.find(this.#newest);
    const jobs = await listJobs(this.#jobs);
    const own = jobs.find((job) => job.record.started_by === this.startedBy && this.#isHere(job));
    return own === undefined ? err(unknown('this client has started no run here')) : ok(own);
  }

  #isHere({ record: { cwd } }: Job): boolean {
    return cwd === this.#jobs.cwd || cwd.startsWith(`${this.#jobs.cwd}/`);
  }
}

function unknown(message: string): Failure {
  return failure('usage', message, { hint: 'give the `id` that `ask` returned' });
}
