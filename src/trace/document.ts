import { createHash } from 'node:crypto';
import { toUsd } from '../domain/cost.js';
import { invocationDocument, usageDocument } from '../domain/document.js';
import type { Invocation } from '../domain/invocation.js';
import type { Request } from '../domain/request.js';
import { addUsage, NO_USAGE } from '../domain/usage.js';

/** What a trace says of the programs that made it. */
export interface Versions {
  router: string;
  node: string;
  platform: string;
}

/**
 * The record of an invocation: its document and what was asked. Prompt and answer appear only with `logPrompts`, else a hash
 * and lengths.
 */
export function traceDocument(input: {
  invocation: Invocation;
  request: Request;
  versions: Versions;
  logPrompts: boolean;
}) {
  const { invocation, request, versions, logPrompts } = input;
  const { text, data, ...document } = invocationDocument(invocation);
  return {
    ...document,
    text: logPrompts ? text : null,
    data: logPrompts ? data : null,
    text_chars: text === null ? null : text.length,
    resumed_from: request.resume?.invocationId ?? null,
    session_totals: sessionTotals(invocation, request),
    request: {
      prompt: logPrompts ? request.prompt : null,
      prompt_sha256: sha256(request.prompt),
      prompt_chars: request.prompt.length,
      prompt_bytes: Buffer.byteLength(request.prompt),
      system_sha256: request.system === null ? null : sha256(request.system),
      task: request.task,
      tier: request.tier,
      complexity: request.complexity,
      tool: request.tool,
      model: request.model,
      cwd: request.cwd,
      timeout_ms: request.timeoutMs,
      source_agent: request.sourceAgent,
      tags: request.tags,
    },
    versions,
  };
}

/** What the tool's own session has used so far: a tool that counts per session tells only such totals when it is resumed. */
function sessionTotals({ toolSessionId, attempts }: Invocation, { resume }: Request) {
  const last = attempts.at(-1);
  if (toolSessionId === null || last === undefined) return null;
  const before = resume?.totals ?? { usage: NO_USAGE, costMicroUsd: 0 };
  const told = last.cost.basis === 'reported' ? last.cost.listMicroUsd : null;
  const micros = told === null || before.costMicroUsd === null ? null : told + before.costMicroUsd;
  const usage = last.usage === null || before.usage === null ? null : addUsage([before.usage, last.usage]);
  return { usage: usageDocument(usage), cost_usd: micros === null ? null : toUsd(micros) };
}

/** A trace as it stands in its file. */
export type TraceDocument = ReturnType<typeof traceDocument>;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
