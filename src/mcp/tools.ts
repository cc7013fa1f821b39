import { didYouMean } from '../diagnostics/suggest.js';
import { failure } from '../domain/failure.js';
import { type Check, misfitIn } from '../shapes/misfit.js';
import * as checks from './argument-checks.generated.js';
import { failedAnswer } from './result.js';
import { MCP_ARGUMENTS, MCP_RESULTS, type ToolName } from './schemas.js';
import type { McpTool, ToolAnswer, ToolCall } from './tool.js';
import { agents } from './tools/agents.js';
import { ask } from './tools/ask.js';
import { cancel } from './tools/cancel.js';
import { plan } from './tools/plan.js';
import { trace } from './tools/trace.js';
import { usage } from './tools/usage.js';
import { wait } from './tools/wait.js';

/** Every tool, the usual ones first. A new one is a file, a line here, and its schemas. */
export const MCP_TOOLS: readonly McpTool[] = [agents, ask, wait, cancel, plan, usage, trace];

const CHECKS = checks as unknown as Readonly<Record<ToolName, Check>>;

/** The tools as the protocol lists them. */
export function toolDocuments() {
  return MCP_TOOLS.map(({ name, title, description, annotations }) => ({
    name,
    title,
    description,
    inputSchema: MCP_ARGUMENTS[name] as { type: 'object' },
    outputSchema: MCP_RESULTS[name] as { type: 'object' },
    annotations,
  }));
}

/** Calls a tool. What the caller did wrong is an answer that says so, which a model can mend. */
export async function callTool(name: string, call: ToolCall): Promise<ToolAnswer> {
  const tool = MCP_TOOLS.find((one) => one.name === name);
  if (tool === undefined) return failedAnswer(unknownTool(name));
  const misfit = misfitIn(call.args, CHECKS[tool.name], MCP_ARGUMENTS[tool.name]);
  if (misfit !== null) return failedAnswer(misfit.failure, NO_RUN[tool.name]);
  const result = await tool.call(call);
  return result.ok ? result.value : failedAnswer(result.error, NO_RUN[tool.name]);
}

function unknownTool(name: string) {
  const names = MCP_TOOLS.map((one) => one.name);
  return failure('usage', `unknown tool \`${name.slice(0, 60)}\``, {
    hint: didYouMean(name, names, 'tools'),
  });
}

/** What a result without a run has where its schema asks for a run. */
const NOTHING = { id: null, state: null };
const NO_RUN: Partial<Record<ToolName, Readonly<Record<string, unknown>>>> = {
  ask: NOTHING,
  wait: NOTHING,
  cancel: NOTHING,
};
