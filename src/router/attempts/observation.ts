import type { AdapterEvent } from '../../adapters/adapter.js';

const MAX_NAMED = 5;
/** Longest live text that is kept for a failed attempt, UTF-16 units. */
const MAX_DRAFT = 1_000_000;

/** The progress of an attempt so far. */
export class Observation {
  /** The tool had been started. */
  started = false;
  /** The tool had shown output or activity. */
  active = false;
  /** Live text since the tool last began its answer; its beginning only, when it is very long. */
  draft = '';
  /** Live text had been shown to the caller. */
  shown = false;
  /** From the start of the attempt to the first output, ms; `null`: none came. */
  firstOutputMs: number | null = null;
  /** Names of the tool's own steps, in order. */
  readonly #steps: string[] = [];
  readonly #changedFiles = new Set<string>();

  noteActivity({ name, changedFile }: Extract<AdapterEvent, { type: 'activity' }>): void {
    if (changedFile) this.#changedFiles.add(name);
    else this.#steps.push(name);
  }

  noteText(event: { readonly text: string }): void {
    if (this.draft.length < MAX_DRAFT) this.draft += event.text;
  }

  /** What the tool had reported as done, as the end of a message; empty: unknown. */
  workDone(): string {
    const files = [...this.#changedFiles].map((file) => `\`${file}\``);
    const counts = new Map<string, number>();
    for (const step of this.#steps) counts.set(step, (counts.get(step) ?? 0) + 1);
    const used = [...counts].map(([step, count]) => (count === 1 ? step : `${step} ${count} times`));
    const parts = [
      ...(files.length === 0 ? [] : [`it had worked on ${shortened(files)}`]),
      ...(used.length === 0 ? [] : [`it had used ${shortened(used)}`]),
    ];
    return parts.map((part) => `; ${part}`).join('');
  }
}

function shortened(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
