import type { Attempt } from '../domain/attempt.js';
import type { RunEvent } from '../domain/events.js';
import type { CandidateLabels } from './labels.js';
import type { RunContext } from './run-context.js';

/** What one run adds to the gauges while it lasts, and how soon its attempts give text. */
export class RunGauges {
  readonly #run: RunContext;
  /** The attempt that runs now. */
  #active: { labels: CandidateLabels; startMs: number; hasText: boolean } | null = null;
  /** The tool for which the run waits. */
  #queuedFor: string | null = null;

  constructor(run: RunContext) {
    this.#run = run;
  }

  observe(event: RunEvent): void {
    switch (event.type) {
      case 'queue.wait':
        this.#enterQueue(event.candidate.tool);
        break;
      case 'attempt.started':
        this.#start(this.#run.labels.candidate(event.candidate));
        break;
      case 'output.delta':
        this.#noteText(event.text);
        break;
      case 'attempt.finished':
        this.#noteAnswer(event.record);
        this.leave();
        break;
      case 'retry.scheduled':
      case 'fallback':
      case 'invocation.finished':
        this.leave();
        break;
      // Of a run these change nothing that a gauge shows.
      case 'invocation.started':
      case 'plan':
      case 'budget.warning':
      case 'output.restart':
      case 'tool.activity':
        break;
    }
  }

  /** Takes the run out of all gauges; repeating it changes nothing. */
  leave(): void {
    this.#leaveQueue();
    if (this.#active === null) return;
    const { provider } = this.#active.labels;
    this.#active = null;
    this.#run.registry.change('llm_active_requests', { provider }, -1);
  }

  #enterQueue(name: string): void {
    const tool = this.#run.labels.tool(name);
    if (this.#queuedFor === tool) return;
    this.#leaveQueue();
    this.#queuedFor = tool;
    this.#run.registry.change('llm_queue_depth', { tool }, 1);
  }

  #leaveQueue(): void {
    if (this.#queuedFor === null) return;
    const tool = this.#queuedFor;
    this.#queuedFor = null;
    this.#run.registry.change('llm_queue_depth', { tool }, -1);
  }

  #start(labels: CandidateLabels): void {
    this.leave();
    this.#active = { labels, startMs: this.#run.monotonicMs(), hasText: false };
    this.#run.registry.change('llm_active_requests', { provider: labels.provider }, 1);
  }

  #noteText(text: string): void {
    if (text !== '' && this.#active !== null)
      this.#noteFirstText(this.#run.monotonicMs() - this.#active.startMs);
  }

  /** Many tools print their answer in one piece at their end. */
  #noteAnswer({ status, latencyMs }: Attempt): void {
    if (status === 'succeeded') this.#noteFirstText(latencyMs);
  }

  #noteFirstText(ms: number): void {
    if (this.#active === null || this.#active.hasText) return;
    this.#active.hasText = true;
    this.#run.registry.measure('llm_time_to_first_token_seconds', this.#active.labels, ms / 1000);
  }
}
