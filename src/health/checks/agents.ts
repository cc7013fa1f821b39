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
  const brokenTool = (tool: string) => broken.find(({ subject }) => subject === tool) ?? null;
  const working = candidates.filter(({ tool }) => brokenTool(tool) === null);
  const idle = candidates.filter(({ tool }) => brokenTool(tool) !== null);
  const pairs = { candidates, working, rejected };
  const data = Object.fromEntries(Object.entries(pairs).map(([key, list]) => [key, list.map(pairOf)]));
  const troubles = [
    ...idle.map((one) => `${name(one)}: see the tool`),
    ...rejected.map((one) => `${name(one)}: ${one.detail}`),
  ];
  const fixes = [
    ...idle.map(({ tool }) => brokenTool(tool)?.fix ?? null),
    ...rejected.map(({ hint }) => hint),
  ];
  const fix = fixes.find((one) => one !== null) ?? 'see `llm-router exec --dry-run`';
  return { ...verdict({ plan: plan.value, working, troubles, fix }), data };
}

function verdict(known: { plan: Plan; working: Candidate[]; troubles: string[]; fix: string }): Finding {
  const { plan, working, troubles, fix } = known;
  const order = working.map(chosen).join(' > ');
  const why = troubles.join('; ');
  if (working.length === 0) {
    return { status: 'fail', detail: `nobody can serve it (${why || 'no tool is configured'})`, fix };
  }
  if (plan.rejected.some(isFirstChoice) || working[0] !== plan.candidates[0]) {
    return { status: 'warn', detail: `${order}, but not its first choice (${why})`, fix };
  }
  const isNamed = !working.some(({ because }) => because.some(({ rule }) => rule === 'first_usable'));
  const missing = isNamed && why !== '' ? `; missing behind it: ${why}` : '';
  return { status: 'ok', detail: `${order}${missing}`, fix: null };
}

/** Where nobody was named, tools that are not there leave nothing to wish for. */
function isFirstChoice({ because }: Rejected): boolean {
  return because.every(({ rule }) => rule !== 'fallback' && rule !== 'first_usable');
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
