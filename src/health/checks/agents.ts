import type { Failure } from '../../domain/failure.js';
import { type Because, type NamedCandidate, type Plan, pairName, type Rejected } from '../../domain/plan.js';
import type { Result } from '../../domain/result.js';
import type { Finding, HealthContext, HealthRow } from '../context.js';

/** The candidates of each agent now, with their reasons. An agent without one that works is a failure. */
export function agentRows(
  { plans, uncheckedAgents }: HealthContext,
  rows: readonly HealthRow[],
): HealthRow[] {
  const broken = rows.filter(({ check, status }) => check === 'tool' && status === 'warn');
  const checked = plans.map(
    ({ agent, plan }): HealthRow => ({
      check: 'agent',
      subject: agent ?? 'no agent',
      ...finding(plan, broken),
    }),
  );
  return uncheckedAgents === 0 ? checked : [...checked, unchecked(uncheckedAgents)];
}

function unchecked(count: number): HealthRow {
  const detail = `${count} more agents are not checked`;
  return {
    check: 'agent',
    subject: 'others',
    status: 'warn',
    detail,
    fix: 'name one: `doctor --agent <name>`',
  };
}

function finding(plan: Result<Plan, Failure>, broken: readonly HealthRow[]): Finding {
  if (!plan.ok)
    return { status: 'fail', detail: plan.error.message, fix: plan.error.hint ?? 'correct the config' };
  const { candidates, rejected } = plan.value;
  const brokenTool = (tool: string) => broken.find(({ subject }) => subject === tool) ?? null;
  const working = candidates.filter(({ tool }) => brokenTool(tool) === null);
  const idle = candidates.filter(({ tool }) => brokenTool(tool) !== null);
  const pairs = { candidates, working, rejected };
  const data = Object.fromEntries(Object.entries(pairs).map(([key, list]) => [key, list.map(pairOf)]));
  const problems = [
    ...idle.map((one) => `${pairName(one)}: see its row under Tools`),
    ...rejected.map((one) => `${pairName(one)}: ${one.detail}`),
  ];
  const fixes = [
    ...idle.map(({ tool }) => brokenTool(tool)?.fix ?? null),
    ...rejected.map(({ hint }) => hint),
  ];
  const fix = fixes.find((one) => one !== null) ?? 'see `llm-router exec --dry-run`';
  const unable = [
    ...idle.map(pairName),
    ...rejected.map((one) =>
      one.reason === 'tool_not_found' ? pairName(one) : `${pairName(one)} (${one.detail})`,
    ),
  ];
  return { ...verdict({ plan: plan.value, working, problems, unable, fix }), data };
}

function verdict(known: {
  plan: Plan;
  working: NamedCandidate[];
  problems: string[];
  /** Names of the candidates that cannot run; a tool that is not there has its row under Tools. */
  unable: string[];
  fix: string;
}): Finding {
  const { plan, working, problems, unable, fix } = known;
  const order = working.map(chosen).join(' > ');
  const why = problems.join('; ');
  if (working.length === 0) {
    return { status: 'fail', detail: `no tool can run it (${why || 'no tool is configured'})`, fix };
  }
  if (plan.rejected.some(isFirstChoice) || working[0] !== plan.candidates[0]) {
    return { status: 'warn', detail: `${order}; not its first choice (${why})`, fix };
  }
  const isNamed = !working.some(({ because }) => because.some(({ rule }) => rule === 'first_usable'));
  const missing = isNamed && unable.length > 0 ? `; fallbacks that cannot run: ${unable.join(', ')}` : '';
  return { status: 'ok', detail: `${order}${missing}`, fix: null };
}

/** Without a preference a missing tool does not matter. */
function isFirstChoice({ because }: Rejected): boolean {
  return because.every(({ rule }) => rule !== 'fallback' && rule !== 'first_usable');
}

function chosen(candidate: NamedCandidate): string {
  return `${pairName(candidate)} (${candidate.because.map(({ rule }: Because) => rule).join(', ')})`;
}

function pairOf({ tool, model }: { tool: string | null; model: string | null }) {
  return { tool, model };
}
