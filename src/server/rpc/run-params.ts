import type { RouterConfig } from '../../config/types.js';
import { hasPrompt, missingPrompt } from '../../domain/conversation.js';
import type { Failure } from '../../domain/failure.js';
import {
  type Complexity,
  emptyRequest,
  type Message,
  type Request,
  type Tier,
} from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { type CallerContext, correlationOf } from '../caller.js';
import { choiceTrouble } from '../choice.js';
import { type Content, textOf } from '../content.js';
import { askedByModel } from '../model-name.js';

/** Parameters of a run, as their schema has checked them. */
export interface RunParams {
  agent?: string;
  model?: string;
  messages?: readonly { role: Message['role']; content: Content }[];
  prompt?: string;
  task?: string;
  tier?: Tier;
  complexity?: Complexity;
  temperature?: number;
  max_tokens?: number;
  schema?: string | Readonly<Record<string, unknown>>;
  session_id?: string;
  tags?: Readonly<Record<string, string>>;
}

/** The request of a caller; the failure is one that has nothing to answer, or a content that no tool takes. */
export function requestOf(
  params: RunParams,
  context: CallerContext,
  { config, cwd }: { config: RouterConfig; cwd: string },
): Result<Request, Failure> {
  const messages: Message[] = [];
  for (const [index, { role, content }] of (params.messages ?? []).entries()) {
    const text = textOf(content, `messages[${index}].content`);
    if (!text.ok) return text;
    messages.push({ role, text: text.value });
  }
  const asked = { prompt: params.prompt ?? '', messages };
  if (!hasPrompt(asked)) return err(missingPrompt());
  const { schema } = params;
  const named = params.model === undefined ? null : askedByModel(config, params.model);
  const request: Request = {
    ...emptyRequest(cwd),
    origin: 'rpc',
    ...asked,
    ...named,
    ...correlationOf(context, params.tags ?? {}),
    agent: params.agent ?? named?.agent ?? null,
    session: params.session_id ?? context.session_id,
    task: params.task ?? null,
    tier: params.tier ?? null,
    complexity: params.complexity ?? null,
    temperature: params.temperature ?? null,
    maxTokens: params.max_tokens ?? null,
    schema: typeof schema === 'object' ? JSON.stringify(schema) : (schema ?? null),
  };
  const trouble = choiceTrouble(config, request);
  return trouble === null ? ok(request) : err(trouble);
}
