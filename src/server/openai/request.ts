import type { RouterConfig } from '../../config/types.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { hasPrompt, missingPrompt } from '../../domain/conversation.js';
import { failure } from '../../domain/failure.js';
import { EFFORTS, type Effort, emptyRequest, type Message, type Request } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Misfit } from '../../shapes/misfit.js';
import { type CallerContext, correlationOf } from '../caller.js';
import { choiceTrouble } from '../choice.js';
import { type Content, textOf } from '../content.js';
import { askedByClient, modelNames } from '../model-name.js';
import { unsupported, unsupportedInMessage } from './unsupported.js';

/** The body of a chat completion, as its schema has checked it. */
export interface ChatBody {
  model: string;
  messages: readonly ChatMessage[];
  temperature?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
  stop?: string | readonly string[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  reasoning_effort?: string;
  response_format?: { type: 'text' | 'json_object' | 'json_schema'; json_schema?: { schema?: object } };
  user?: string;
  metadata?: Readonly<Record<string, string>>;
}

interface ChatMessage {
  role: string;
  content?: Content | null;
}

/** The request of an OpenAI client. What cannot be done is refused, and never left out silently. */
export function chatRequest(
  body: ChatBody,
  context: CallerContext,
  { config, cwd }: { config: RouterConfig; cwd: string },
): Result<Request, Misfit> {
  const refused = unsupported(body);
  if (refused !== null) return err(refused);
  const messages = messagesOf(body.messages);
  if (!messages.ok) return messages;
  const asked = { prompt: '', messages: messages.value };
  if (!hasPrompt(asked)) return err({ param: 'messages', failure: missingPrompt() });
  if (body.response_format?.type === 'json_schema' && body.response_format.json_schema === undefined)
    return wrong('response_format.json_schema', '`response_format.json_schema` is missing');
  const named = askedByClient(config, body.model);
  if (named === null) return err(noModel(config, body.model));
  const { metadata = {}, user, stop = [] } = body;
  const request: Request = {
    ...emptyRequest(cwd),
    origin: 'openai',
    ...asked,
    ...named,
    ...correlationOf(context, { ...(user === undefined ? {} : { user }), ...metadata }),
    temperature: body.temperature ?? null,
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? null,
    stop: typeof stop === 'string' ? [stop] : stop,
    effort: effortOf(body.reasoning_effort),
    schema: schemaOf(body.response_format),
    // What was sent cannot be taken back, so that a failure after it ends the run.
    stream: isLive(body),
  };
  const trouble = choiceTrouble(config, request);
  return trouble === null ? ok(request) : err({ param: 'model', failure: trouble });
}

/** The finding for a name that stands for nothing. */
export function noModel(config: RouterConfig, name: string): Misfit {
  const shown = name.slice(0, 100);
  const hint = didYouMean(shown, modelNames(config), 'models');
  return { param: 'model', failure: failure('model_not_found', `there is no model \`${shown}\``, { hint }) };
}

/** Whether the text is sent as it comes. An answer by a schema is checked first. */
export function isLive({ stream, response_format }: ChatBody): boolean {
  return stream === true && schemaOf(response_format) === null;
}

/** The roles that a router takes; `developer` is what `system` is called for newer models. */
const ROLES: Readonly<Record<string, Message['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

function messagesOf(given: readonly ChatMessage[]): Result<Message[], Misfit> {
  const messages: Message[] = [];
  for (const [index, message] of given.entries()) {
    const { role, content } = message;
    const place = `messages[${index}]`;
    const refused = unsupportedInMessage(message, place);
    if (refused !== null) return err(refused);
    const known = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
    if (known === undefined)
      return wrong(
        `${place}.role`,
        `the role \`${role.slice(0, 60)}\` is not supported: the tools of the router call their own functions`,
      );
    if (content === null || content === undefined)
      return wrong(`${place}.content`, `\`${place}\` has no text, and only text is taken`);
    const text = textOf(content, `${place}.content`);
    if (!text.ok) return err({ param: `${place}.content`, failure: text.error });
    messages.push({ role: known, text: text.value });
  }
  return ok(messages);
}

function wrong(param: string, message: string): Result<never, Misfit> {
  return err({ param, failure: failure('usage', message) });
}

function effortOf(effort: string | undefined): Effort | null {
  return EFFORTS.find((one) => one === effort) ?? null;
}

const ANY_OBJECT = '{"type":"object"}';

function schemaOf(format: ChatBody['response_format']): string | null {
  if (format === undefined || format.type === 'text') return null;
  return format.type === 'json_object' ? ANY_OBJECT : JSON.stringify(format.json_schema?.schema ?? {});
}
