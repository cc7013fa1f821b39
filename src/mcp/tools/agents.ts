import type { Failure } from '../../domain/failure.js';
import { ok } from '../../domain/result.js';
import { type AgentLine, agentLines } from '../../router/agent-lines.js';
import { withConfig } from '../service.js';
import type { McpTool } from '../tool.js';

export const agents: McpTool = {
  name: 'agents',
  title: 'List the agents',
  description:
    'Lists whom `ask` can ask: the name of each agent, what it is for, whether it is ready, and what it may do. Costs nothing. Call it before the first `ask`.',
  annotations: { readOnlyHint: true, openWorldHint: false },
  call: ({ service }) =>
    withConfig(service, async ({ router, redactor, untrusted }) => {
      const lines = (await agentLines(router, service.jobs.cwd)).map((line) => entryOf(line, untrusted));
      const texts = lines.length === 0 ? [NO_AGENTS] : [lines.map(textOf).join('\n')];
      return ok(redactor.value({ texts, data: { agents: lines } }));
    }),
};

const NO_AGENTS =
  'The config defines no agents, so `ask` without an agent takes the first tool that is ready. The user can write a config with `llm-router config init`.';

/** What the project's config offers runs only once the user trusts it. */
function entryOf(line: AgentLine, untrusted: Failure | null) {
  const { name, description, is_default, tool, model, access, cap_usd } = line;
  const known = { name, description, is_default, tool, model, access, cap_usd };
  if (untrusted === null) {
    return { ...known, ready: line.ready, trusted: true, reason: line.reason, hint: line.hint };
  }
  return { ...known, ready: false, trusted: false, reason: untrusted.message, hint: untrusted.hint };
}

function textOf({
  name,
  description,
  is_default,
  ready,
  tool,
  model,
  access,
  reason,
  hint,
}: ReturnType<typeof entryOf>): string {
  const head = `- ${name}${is_default ? ' (default)' : ''}: ${description ?? 'no description'}`;
  if (!ready)
    return `${head}\n  not ready: ${reason ?? 'no tool is configured'}${hint === null ? '' : ` (${hint})`}`;
  return `${head}\n  ready: ${tool}${model === null || model === tool ? '' : ` ${model}`}, access ${access}`;
}
