import type { HealthRow } from './context.js';

/** Whether a tool can be used: what its rows of a report say together. */
export interface ToolHealth {
  tool: string;
  ok: boolean;
  /** Of the connection to its endpoint, where that was tried. */
  latency_ms: number | null;
  /** Why it cannot be used. */
  reason: string | null;
  hint: string | null;
}

/** The health of each tool of a report, in its order. */
export function toolHealth(rows: readonly HealthRow[]): ToolHealth[] {
  return rows
    .filter(({ check }) => check === 'tool')
    .map((row) => {
      const endpoint = rows.find(({ check, subject }) => check === 'endpoint' && subject === row.subject);
      const problem = isBroken(row) ? row : isUnusable(endpoint) ? endpoint : null;
      const latency = endpoint?.data?.latency_ms;
      return {
        tool: row.subject,
        ok: problem === null,
        latency_ms: typeof latency === 'number' ? latency : null,
        reason: problem?.detail ?? null,
        hint: problem?.fix ?? null,
      };
    });
}

/** It cannot be reached, or refuses what it is asked, such as the key. */
function isUnusable(endpoint: HealthRow | undefined): endpoint is HealthRow {
  return endpoint?.data?.reachable === false || endpoint?.data?.usable === false;
}

/** It is not there, too old, not logged in, or does not answer. */
function isBroken({ status, data }: HealthRow): boolean {
  return data?.available !== true || status === 'warn' || status === 'fail';
}
