import { COMPLEXITIES, TIERS } from '../../domain/request.js';
import { type JsonSchema, object, oneOf, TEXT_PARTS, text, texts } from '../../shapes/schema.js';
import { A2A_CONTEXT } from '../context-schema.js';

const message = object(
  {
    role: oneOf(['system', 'user', 'assistant'], 'Whose turn it is'),
    content: {
      anyOf: [{ type: 'string' }, TEXT_PARTS],
      description: 'A text, or a list of parts of type `text`',
    },
  },
  { required: ['role', 'content'] },
);

/** Parameters of a run. */
export const RUN_PARAMS: JsonSchema = object({
  agent: text('The agent of the config that is asked [its `default_agent`]'),
  model: text('`agent:NAME`, `TOOL:MODEL`, or the name of a model; without it the config decides'),
  messages: { type: 'array', minItems: 1, items: message, description: 'The conversation so far' },
  prompt: text('The prompt; with `messages` the last turn of the user'),
  task: text('Type of task, which the agent maps to a model'),
  tier: oneOf(TIERS, 'Asks for a model of this tier'),
  complexity: oneOf(COMPLEXITIES, 'Asks for the tier of this complexity'),
  temperature: { type: 'number', minimum: 0, maximum: 2, description: 'Sampling temperature' },
  max_tokens: { type: 'integer', minimum: 1, description: 'Limit of output tokens' },
  schema: {
    type: ['object', 'string'],
    description: 'JSON Schema that the answer must satisfy, as an object or as JSON text',
  },
  session_id: text('A name of the caller for the conversation; for correlation only'),
  tags: texts('Kept in the ledger, to filter reports by'),
  a2a_context: A2A_CONTEXT,
});

/** Parameters of what is about one tool, or about all. */
export const TOOL_PARAMS: JsonSchema = object({
  tool: text('Only this tool [all that the config names]'),
  a2a_context: A2A_CONTEXT,
});

export const NO_PARAMS: JsonSchema = object({ a2a_context: A2A_CONTEXT });
