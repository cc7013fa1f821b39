import type { Failure } from '../../domain/failure.js';
import type { Because, Candidate, Plan, Rejected } from '../../domain/plan.js';
import type { Result } from '../../domain/result.js';
import type { Finding, HealthContext, HealthRow } from '../context.js';

/** Who would serve each agent now, why, and who would not. An agent that nobody can serve is a failure. */
export function agentRows({ plans }: HealthContext, rows: readonly HealthRow[]): HealthRow[] {
  const broken = rows.filter(({ check, status }) => check === 'tool' && status === 'warn');
  return plans.map(({ agent, plan }) => ({
    check: 'agent',
    subject: agent ?? 'without one',
    ...finding(plan, broken),
  }));
}

function finding(plan: Result<Plan, Failure>, broken: readonly HealthRow[]): Finding {
  if (!plan.ok)
    return { status: 'fail', detail: plan.error.message, fix: plan.error.hint ?? 'mend the config' };
  const { candidates, rejected } = plan.value;
  const brokenTool = (tool: string) => broken.find(({ subject }) => subject === tool);
  const working = candidates.filter(({ tool }) => brokenTool(tool) === undefined);
  const data = {
    candidates: candidates.map(pairOf),
    working: working.map(pairOf),
    rejected: rejected.map(pairOf),
  };
  const order = working.map(chosen).join(' > ');
  const troubles = [
    ...candidates.flatMap((one) =>
      brokenTool(one.tool) === undefined ? [] : [`${name(one)}: see the tool`],
    ),
    ...rejected.map((one) => `${name(one)}: ${one.detail}`),
  ].join('; ');
  const fix = fixOf(
    rejected,
    candidates.map(({ tool }) => brokenTool(tool)?.fix ?? null),
  );
  if (working.length === 0) {
    return {
      status: 'fail',
      detail: `nobody can serve it (${troubles || 'no tool is configured'})`,
      fix,
      data,
    };
  }
  const isFirstMissing = rejected.some(isFirstChoice) || working[0] !== candidates[0];
  if (!isFirstMissing) return { status: 'ok', detail: order, fix: null, data };
  return { status: 'warn', detail: `${order}, but not its first choice (${troubles})`, fix, data };
}

/** Where nobody was named, tools that are not there leave nothing to wish for. */
function isFirstChoice({ because }: Rejected): boolean {
  return because.every(({ rule }) => rule !== 'fallback' && rule !== 'first_usable');
}

function fixOf(rejected: readonly Rejected[], more: readonly (string | null)[]): string {
  const fixes = [...more, ...rejected.map(({ hint }) => hint)];
  return fixes.find((fix) => fix !== null) ?? 'see `llm-router exec --dry-run`';
}

function chosen(candidate: Candidate): string {
  return `${name(candidate)} (${candidate.because.map(({ rule }: Because) => rule).join(', ')})`;
}

function name({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model].filter((part) => part !== null).join(' ');
}

function pairOf({ tool, model }: { tool: string | null; model: string | null }) {
  return { tool, model };
}
