import type { Call, Task } from '../../adapters/adapter.js';
import type { AgentConfig, ToolConfig } from '../../config/types.js';
import type { Outcome } from '../../domain/attempt.js';
import type { Failure } from '../../domain/failure.js';
import type { Result } from '../../domain/result.js';
import type { Candidate } from '../../gates/candidate.js';
import type { ResolvedRequest } from '../../gates/gate.js';
import type { GatewayUse } from '../../policy/gateway.js';
import { sentId } from '../../policy/sent-id.js';
import type { PlannedCandidate } from '../planned.js';
import type { AttemptResult, Handover } from '../state.js';
import type { Host } from '../world.js';

/** The task of a candidate for a request. */
export function taskOf(
  { request, agent, policy, access, spending }: ResolvedRequest,
  ids: { id: string; traceId: string },
  { tool, modelName, model, availability }: Candidate,
  gateway: GatewayUse | null,
): Task {
  const resume = request.resume?.tool === tool.name ? request.resume : null;
  return {
    tool,
    modelName,
    modelId: sentId(tool, modelName, model),
    model,
    agent: agent?.name ?? null,
    origin: request.origin,
    prompt: request.prompt,
    promptFile: request.promptFile,
    // An empty one removes the agent's.
    system: (request.system ?? agent?.system) || null,
    turns: request.messages,
    access,
    effort: request.effort ?? agent?.effort ?? null,
    maxTokens: request.maxTokens ?? agent?.maxTokens ?? null,
    temperature: request.temperature ?? agent?.temperature ?? null,
    stop: request.stop,
    maxCostMicroUsd: spending.capMicroUsd,
    schema: request.schema,
    isShown: request.stream && request.schema === null && !policy.privacy.logPrompts,
    toolSessionId: resume?.toolSessionId ?? null,
    session: request.session,
    sourceAgent: request.sourceAgent,
    cwd: request.cwd,
    binaryPath: availability?.available === true ? availability.path : null,
    timeoutMs: agent?.timeoutMs ?? tool.timeoutMs,
    idleTimeoutMs: idleTimeout(tool, agent),
    ids: {
      invocationId: ids.id,
      traceId: ids.traceId,
      rootId: request.parent?.rootId ?? ids.id,
      depth: request.parent?.depth ?? 0,
    },
    sessionTotals: resume?.totals ?? null,
    usesGateway: gateway?.isUsed === true,
  };
}

/** The call of one attempt: as planned, or filled in again if a cap or an earlier answer changes the task. */
export function callOf(
  { task, call }: PlannedCandidate,
  by: { maxCostMicroUsd: number | null; rejectedAnswer: Outcome | null; handover: Handover | null },
  host: Pick<Host, 'env' | 'platform' | 'adapterOf'>,
): Result<Call, Failure> {
  const { maxCostMicroUsd, rejectedAnswer, handover } = by;
  const isSame = maxCostMicroUsd === task.maxCostMicroUsd && rejectedAnswer === null && handover === null;
  if (isSame) return call;
  const taken = handover === null ? task : handover(task);
  const asked = rejectedAnswer === null ? taken : { ...taken, ...correction(taken, rejectedAnswer) };
  return host.adapterOf(task.tool).prepare({ ...asked, maxCostMicroUsd }, host);
}

/** The answer that the next attempt of a candidate is asked to correct; `null`: it is no correction. */
export function answerToCorrect(
  attempts: readonly AttemptResult[],
  candidate: PlannedCandidate,
): Outcome | null {
  const last = attempts.at(-1);
  const isRejected = last?.candidate === candidate && last.outcome.failure?.type === 'contract_violation';
  return isRejected ? last.outcome : null;
}

/** What a correction adds to the input: the rejected answer, and the order to answer again. */
export function correctionTexts({ text, failure }: Outcome): { answer: string; order: string } {
  const order = `It was not accepted: ${failure?.message ?? 'it does not satisfy the schema'}. Answer again, with nothing but JSON that satisfies the schema.`;
  return { answer: text.trim(), order };
}

/**
 * The prompt after an answer that broke its schema: the request, the answer, and its errors. A conversation gets
 * two more turns.
 */
function correction(
  { prompt, turns }: Task,
  rejected: Outcome,
): Pick<Task, 'prompt' | 'turns' | 'promptFile'> {
  const { answer, order } = correctionTexts(rejected);
  return {
    prompt: [prompt, `Your last answer to this was:\n\n${answer}`, order].join('\n\n'),
    turns:
      turns.length === 0
        ? []
        : [...turns, { role: 'assistant', text: answer }, { role: 'user', text: order }],
    promptFile: null,
  };
}

function idleTimeout(tool: ToolConfig, agent: AgentConfig | null): number | null {
  if (tool.kind === 'mock' || tool.kind === 'custom' || tool.idleTimeoutMs === null) return null;
  return agent?.idleTimeoutMs ?? tool.idleTimeoutMs;
}
