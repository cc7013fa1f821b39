import type { HealthContext, HealthItem } from '../context.js';

/** Runs whose router was killed, and whose processes this run has ended. */
export function checkRuns({ interruptedRuns }: HealthContext): HealthItem[] {
  return interruptedRuns.map(({ id, processes }) => {
    const count = processes === 1 ? '1 process' : `${processes} processes`;
    const detail = `its router was killed; ended ${count} that it left behind`;
    const fix = `llm-router trace show ${id}`;
    return {
      check: 'run',
      subject: id,
      ask: () => ({ status: 'warn', detail, fix, data: { processes } }),
    };
  });
}
