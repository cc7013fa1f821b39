import { type JsonSchema, oneOf, TEXT_PARTS, text, texts } from '../../shapes/schema.js';
import { A2A_CONTEXT } from '../context-schema.js';

const message: JsonSchema = {
  type: 'object',
  properties: {
    role: { type: 'string' },
    content: { anyOf: [{ type: 'string' }, { type: 'null' }, TEXT_PARTS] },
    name: { type: ['string', 'null'] },
  },
  required: ['role'],
};

const tokens: JsonSchema = { type: 'integer', minimum: 1 };

/** The body of a chat completion, as far as it is used. What else it has is looked at by name: see `unsupported`. */
export const CHAT_BODY: JsonSchema = {
  type: 'object',
  required: ['model', 'messages'],
  properties: {
    model: text('`AGENT`, `agent:AGENT`, or `TOOL:MODEL`'),
    messages: { type: 'array', minItems: 1, items: message },
    temperature: { type: 'number', minimum: 0, maximum: 2 },
    max_tokens: tokens,
    max_completion_tokens: tokens,
    stop: { anyOf: [{ type: 'string' }, { type: 'array', maxItems: 4, items: { type: 'string' } }] },
    stream: { type: 'boolean' },
    stream_options: { type: 'object', properties: { include_usage: { type: 'boolean' } } },
    reasoning_effort: { type: 'string' },
    response_format: {
      type: 'object',
      required: ['type'],
      properties: {
        type: oneOf(['text', 'json_object', 'json_schema'], ''),
        json_schema: { type: 'object', properties: { schema: { type: 'object' } } },
      },
    },
    user: { type: 'string' },
    metadata: texts(''),
    a2a_context: A2A_CONTEXT,
  },
};
