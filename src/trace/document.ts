import { createHash } from 'node:crypto';
import { invocationDocument } from '../domain/document.js';
import type { Invocation } from '../domain/invocation.js';
import type { Request } from '../domain/request.js';

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
      tags: request.tags,
    },
    versions,
  };
}

/** A trace as it stands in its file. */
export type TraceDocument = ReturnType<typeof traceDocument>;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
