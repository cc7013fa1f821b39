import type { RunEvent } from '../../domain/events.js';
import { ownIdentity } from '../../process/this-process.js';
import type { Redactor } from '../../redact/redact.js';
import type { Planned } from '../../router/planned.js';
import type { Listeners } from '../../router/record.js';
import { traceDocument } from '../../trace/document.js';
import { emptyRecord, noteEvent, type RunRecord } from '../../trace/record.js';
import type { RunStatus, RunsStatus } from './document.js';
import { runOf } from './run.js';

/** What it takes of the config in use when a run begins. */
interface Surroundings {
  redactor: Redactor;
  /** Traces are kept, in which the runs that have ended are found. */
  hasTraces: boolean;
}

/** Runs that are kept where there are no traces. */
const MOST_ENDED = 50;

/** The runs of this server. A trace begins with the first attempt, so that it does not show what waits for a slot before. */
export class OwnRuns {
  readonly #live = new Map<string, { planned: Planned; record: RunRecord; redactor: Redactor }>();
  readonly #surroundings: () => Surroundings;
  readonly #now: () => number;
  #ended: RunStatus[] = [];

  constructor(surroundings: () => Surroundings, now: () => number) {
    this.#surroundings = surroundings;
    this.#now = now;
  }

  /** Follows one run from its start. */
  observe(planned: Planned): Listeners & { ended: () => void } {
    const record = emptyRecord(planned);
    const { redactor, hasTraces } = this.#surroundings();
    const run = { planned, record, redactor };
    this.#live.set(record.id, run);
    const onEvent = (event: RunEvent): void => {
      noteEvent(record, event, () => new Date(this.#now()).toISOString());
      if (event.type !== 'invocation.finished') return;
      this.#live.delete(record.id);
      if (!hasTraces) this.#ended = [statusOf(run), ...this.#ended].slice(0, MOST_ENDED);
    };
    return { events: [onEvent], ended: () => void this.#live.delete(record.id) };
  }

  /** Newest first. */
  read(): RunsStatus {
    const running = [...this.#live.values()].map(statusOf).reverse();
    return { running, recent: this.#ended };
  }
}

/** As its trace would show it, without what must not be seen. */
function statusOf({
  planned,
  record,
  redactor,
}: {
  planned: Planned;
  record: RunRecord;
  redactor: Redactor;
}): RunStatus {
  const { request, isolation, policy } = planned;
  const document = traceDocument(record, {
    request,
    isolation,
    versions: { router: '', node: '', platform: '' },
    owner: ownIdentity(),
    origin: { cwd: request.cwd, config: [] },
    logPrompts: policy.privacy.logPrompts,
  });
  return { ...runOf({ ...redactor.value(document) }), id: document.id };
}
