import type { RouterConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import type { Plan } from '../domain/plan.js';
import { decide, rulesFor } from '../routing/decide.js';
import type { Running } from './complete.js';
import { stopFailure } from './conclude.js';
import { noCandidate } from './no-candidate.js';
import { policyOf } from './policy.js';
import { runnersOf } from './standings.js';
import { traitsOf } from './traits.js';

/** The failure of a plan that has nobody to run, now or after a short wait; `null`: a run would begin. */
export function firstFailure({ config, deps, planned }: Running, remainingMs: number | null): Failure | null {
  const { plan, request, facts } = planned;
  const first = decide({
    rules: rulesFor(policyOf(config, plan), request),
    access: plan.access,
    standings: runnersOf(plan, (candidate) => traitsOf(config, candidate)).map(({ standing }) => standing),
    trials: [],
    fruitlessWaits: 0,
    nowMs: facts.nowMs,
    remainingMs,
    random: deps.random(),
  });
  return first.action === 'stop' ? stopFailure(first.stop, unserved(config, plan), facts.nowMs) : null;
}

/** Why a plan has nobody who could be tried. */
export function unserved(config: RouterConfig, plan: Plan): Failure {
  const blocked = noCandidate(plan);
  const unconfigured = config.files.length === 0 && plan.rejected.every(isFirstUsable);
  if (!unconfigured) return blocked;
  const headline = 'no config was found and no built-in tool is usable';
  return {
    ...blocked,
    type: 'config',
    headline,
    message: `${headline}: ${plan.rejected.map(({ detail }) => detail).join('; ')}`,
    hint: installHint(plan),
  };
}

function isFirstUsable({ because }: { because: { rule: string }[] }): boolean {
  return because.some(({ rule }) => rule === 'first_usable');
}

function installHint({ rejected }: Plan): string {
  const hints = rejected.flatMap(({ tool, hint }) => (hint === null ? [] : [`${tool}: ${hint}`]));
  return `install one of the tools (${hints.join('; ')}), or try \`llm-router exec --tool mock "hello"\``;
}
