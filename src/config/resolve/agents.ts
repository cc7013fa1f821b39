import { toMicroUsd } from '../../domain/cost.js';
import type { Access, Effort } from '../../domain/request.js';
import { record } from '../tree.js';
import type { AgentConfig } from '../types.js';
import type { Reader } from './reader.js';

/** One entry of `agents`. */
export function resolveAgent(name: string, agent: Reader): AgentConfig {
  const access = agent.placed('access');
  return {
    name,
    description: agent.text('description'),
    at: agent.at,
    preferredTool: agent.placed('preferred_tool'),
    preferredModel: agent.placed('preferred_model'),
    system: agent.text('system'),
    systemFile: agent.file('system_file'),
    fallbackChain: agent.texts('fallback_chain') ?? [],
    taskTypes: record(agent.textMap('task_types')),
    policy: agent.placed('policy'),
    access: { value: (access?.value ?? 'read') as Access, at: access?.at ?? null },
    effort: agent.text('effort') as Effort | null,
    timeoutMs: agent.durationMs('timeout'),
    idleTimeoutMs: agent.durationMs('idle_timeout'),
    maxTokens: agent.number('max_tokens'),
    temperature: agent.number('temperature'),
    maxCostMicroUsd: microUsd(agent.number('max_cost_usd')),
    schema: agent.file('schema'),
  };
}

function microUsd(usd: number | null): number | null {
  return usd === null ? null : toMicroUsd(usd);
}
