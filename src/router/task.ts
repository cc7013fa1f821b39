import type { Task } from '../adapters/adapter.js';
import type { AgentConfig, RouterConfig, ToolConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { capOf } from '../policy/spend-limits.js';

/** Ids that an attempt carries to the tool it runs. */
export interface TaskIds {
  invocationId: string;
  traceId: string;
}

/** Everything that one attempt of a candidate needs, from config, facts and request. */
export function taskOf(
  input: { config: RouterConfig; facts: Facts; request: Request; plan: Plan; ids: TaskIds },
  candidate: Candidate,
  turn: number,
): Task {
  const { config, facts, request, plan, ids } = input;
  const tool = lookup(config.tools, candidate.tool);
  if (tool === null) throw new Error(`the plan names tool ${candidate.tool}, which is not defined`);
  const agent = lookup(config.agents, plan.agent);
  const model = lookup(config.models, candidate.model);
  const state = lookup(facts.tools, tool.name);
  return {
    tool,
    modelName: candidate.model,
    modelId: model === null ? candidate.model : (lookup(model.ids, tool.name) ?? model.id),
    model,
    agent: plan.agent,
    prompt: request.prompt,
    promptFile: request.promptFile,
    // An empty one takes the agent's away.
    system: (request.system ?? agent?.system) || null,
    turns: request.messages,
    access: plan.access,
    effort: request.effort ?? agent?.effort ?? null,
    maxTokens: request.maxTokens ?? agent?.maxTokens ?? null,
    temperature: request.temperature ?? agent?.temperature ?? null,
    stop: request.stop,
    maxCostMicroUsd: capOf(config, {
      policy: plan.policy,
      agent: plan.agent,
      maxCostMicroUsd: request.maxCostMicroUsd,
    }),
    schema: request.schema,
    isShown: request.stream && request.schema === null && !keepsPrompts(config, plan),
    toolSessionId: request.resume?.tool === tool.name ? request.resume.toolSessionId : null,
    session: request.session,
    sourceAgent: request.sourceAgent,
    cwd: request.cwd,
    binaryPath: state?.available === true ? state.path : null,
    timeoutMs: agent?.timeoutMs ?? tool.timeoutMs,
    idleTimeoutMs: idleTimeout(tool, agent),
    ids: {
      ...ids,
      rootId: request.parent?.rootId ?? ids.invocationId,
      depth: request.parent?.depth ?? 0,
      slots: request.parent?.slots ?? [],
    },
    turn,
    sessionTotals: request.resume?.tool === tool.name ? request.resume.totals : null,
  };
}

function keepsPrompts({ policies }: RouterConfig, { policy }: Plan): boolean {
  return lookup(policies, policy)?.privacy.logPrompts ?? false;
}

function idleTimeout(tool: ToolConfig, agent: AgentConfig | null): number | null {
  if (tool.kind === 'mock' || tool.idleTimeoutMs === null) return null;
  return agent?.idleTimeoutMs ?? tool.idleTimeoutMs;
}
