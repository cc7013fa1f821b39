import { ACCESS_LEVELS, EFFORTS, ISOLATIONS } from '../../domain/request.js';
import { entries, list, word } from './containers.js';
import { amount, count, duration, oneOf, path, text, usd } from './kinds.js';

/** One entry of `agents`. */
export const AGENT = {
  description: text('What the agent is for; shown in lists').harmless(),
  preferred_tool: text('The tool that is tried first [the first usable one]')
    .placed()
    .soughtAs('tool', 'provider'),
  preferred_model: text("The model that is tried first [the tool's first]").placed().soughtAs('model'),
  system: text('System prompt').harmless().soughtAs('prompt', 'system_prompt', 'instructions'),
  system_file: path('A file that holds the system prompt, relative to this config').placed().sends(),
  fallback_chain: list(
    'What is tried next, in order, at most 100: `tool:model`, a tool, or a model. The part before the first colon is a tool when one of that name is defined',
    word(),
    { maxItems: 100 },
  )
    .placed()
    .soughtAs('fallback', 'fallbacks'),
  task_types: entries(
    'Models for types of task (`--task`): task to model, or to `tool:model`',
    word(),
  ).placed(),
  policy: text('The policy that applies over `default`').default('default').placed().floor('own'),
  access: oneOf('The most this agent may let a tool do in the working directory', ACCESS_LEVELS)
    .default('read')
    .placed()
    .runs()
    .floor('least'),
  isolate: oneOf(
    'Where it works with access `edit` or `full`: in the files themselves, or in a Git work tree of its own, from which the change comes back at success',
    ISOLATIONS,
  ).default('none'),
  effort: oneOf('Reasoning effort, where the tool has it', EFFORTS),
  timeout: duration("Bounds one attempt [the tool's]").floor('least'),
  idle_timeout: duration("Ends an attempt that prints nothing for so long [the tool's]").floor('least'),
  max_tokens: count('Limit of output tokens, where the tool has one [not sent]').floor('least'),
  max_cost_usd: usd('Cap of one request in USD, passed to tools that enforce one themselves [none]').floor(
    'least',
  ),
  schema: path('A file with the JSON Schema that every answer must satisfy, relative to this config [none]')
    .placed()
    .sends(),
  temperature: amount('Sampling temperature, 0 to 2, where the tool has it [not sent]', { max: 2 }),
};
