import { EFFORTS } from '../../domain/request.js';
import { access, amount, count, duration, fixedKeys, oneOf, type Schema, text, texts } from './parts.js';

/** One entry of `agents`. */
export const agentSchema: Schema = {
  type: ['object', 'null'],
  description: 'A named role that asks for work',
  ...fixedKeys({
    description: text('What the agent is for; shown in lists'),
    preferred_tool: text('The tool that is tried first [the first usable one]'),
    preferred_model: text("The model that is tried first [the tool's first]"),
    system: text('System prompt'),
    system_file: text('A file that holds the system prompt, relative to this config'),
    fallback_chain: texts(
      'What is tried next, in order: `tool:model`, a tool, or a model. The part before the first colon is a tool when one of that name is defined',
    ),
    task_types: {
      type: 'object',
      description: 'Models for types of task (`--task`): task to model, or to `tool:model`',
      additionalProperties: { type: 'string', minLength: 1 },
    },
    policy: text('The policy that applies over `default` [default]'),
    access: access('The most this agent may let a tool do in the working directory [read]'),
    effort: oneOf('Reasoning effort, where the tool has it', EFFORTS),
    timeout: duration("Bounds one attempt [the tool's]"),
    idle_timeout: duration("Ends an attempt that prints nothing for so long [the tool's]"),
    max_tokens: count('Limit of output tokens, where the tool has one [not sent]'),
    max_cost_usd: amount('Cap of one request in USD, handed to tools that can hold one [none]'),
    schema: text(
      'A file with the JSON Schema that every answer must satisfy, relative to this config [none]',
    ),
    temperature: amount('Sampling temperature, where the tool has it [not sent]'),
  }),
};
