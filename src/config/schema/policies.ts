import { count, fixedKeys, flag, object, type Schema, texts } from './parts.js';

/** One entry of `policies`. */
export const policySchema: Schema = {
  type: ['object', 'null'],
  description: 'Rules for agents; `default` applies to all, another policy states only what differs',
  ...fixedKeys({
    cost_optimization: object('Cheaper models for simple work', {
      simple_task_threshold_tokens: count('Below this estimated input a task is simple'),
      simple_task_models: texts('Models for simple tasks: the first usable'),
      complex_task_models: texts('Models for other tasks: the first usable; empty: the preferred model'),
    }),
    governance: object('What may be used', {
      allowed_models: { ...texts('Names and globs of models that may be used'), default: ['*'] },
      denied_models: { ...texts('Names and globs of models that may not'), default: [] },
      allowed_tools: { ...texts('Names and globs of tools that may be used'), default: ['*'] },
    }),
    privacy: object('What is kept', {
      log_prompts: flag('Prompts and answers go into traces', false),
      redact: texts('Regular expressions whose matches are masked everywhere'),
    }),
  }),
};
