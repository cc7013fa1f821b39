import type { Preview, Task } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Ignored } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { Planned, RouterDeps } from './router.js';
import { taskOf } from './task.js';

/** A plan before anybody asked what it would run. */
export type BarePlanned = Omit<Planned, 'previews' | 'rejectedPreviews'>;

/** What each candidate would run, and what of the request it has no place for. */
export function withPreviews(config: RouterConfig, deps: RouterDeps, planned: BarePlanned): Planned {
  const { candidates, rejected, warnings } = planned.plan;
  const preview = (candidate: Candidate): Result<Preview, Failure> => {
    const task = taskFor(config, planned, candidate, 0);
    return adapterOf(task.tool).preview(task, deps.env);
  };
  const ignored = candidates.flatMap((candidate) => {
    const task = taskFor(config, planned, candidate, 0);
    return adapterOf(task.tool)
      .ignored(task)
      .map((entry) => ({ ...entry, tool: task.tool.name }));
  });
  return {
    ...planned,
    plan: { ...planned.plan, ignored, warnings: [...warnings, ...ignoredWarnings(planned.request, ignored)] },
    previews: candidates.map(preview),
    rejectedPreviews: rejected.map(({ tool, model, because, reason }) => {
      if (tool === null || reason !== 'tool_not_found') return null;
      const shown = preview({ tool, model, because });
      return shown.ok ? shown.value : null;
    }),
  };
}

/** An option of the agent's config may find no place in silence; one that was asked for may not. */
function ignoredWarnings(request: Request, ignored: readonly Ignored[]): string[] {
  const asked: Readonly<Record<string, { flag: string; value: unknown }>> = {
    effort: { flag: '--effort', value: request.effort },
    max_tokens: { flag: '--max-tokens', value: request.maxTokens },
    temperature: { flag: '--temperature', value: request.temperature },
    max_cost_usd: { flag: '--max-cost', value: request.maxCostMicroUsd },
  };
  return ignored.flatMap(({ option, tool }) => {
    const { flag, value = null } = lookup(asked, option) ?? {};
    if (value === null) return [];
    if (option === 'max_cost_usd')
      return [`\`${flag}\` is checked, not enforced: tool \`${tool}\` has no place for it`];
    return [`\`${flag}\` is ignored: tool \`${tool}\` has no place for it`];
  });
}

/** Everything that one attempt of a planned candidate needs. */
export function taskFor(
  config: RouterConfig,
  planned: BarePlanned,
  candidate: Candidate,
  turn: number,
): Task {
  const { plan, facts, request, id, traceId } = planned;
  return taskOf({ config, facts, request, plan, ids: { invocationId: id, traceId } }, candidate, turn);
}
