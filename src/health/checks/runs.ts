import type { HealthContext, HealthItem } from '../context.js';

/** Runs whose router was killed before it could end them: what they left has been ended by now. */
export function checkRuns({ leftRuns }: HealthContext): HealthItem[] {
  return leftRuns.map(({ id, processes }) => {
    const count = processes === 1 ? '1 process' : `${processes} processes`;
    const detail = `its router was killed; ${count} of it ended now`;
    const fix = `llm-router trace show ${id}`;
    return {
      check: 'run',
      subject: id,
      ask: () => ({ status: 'warn', detail, fix, data: { processes } }),
    };
  });
}
