import type { HttpTask } from './wire.js';

/**
 * Families of models whose APIs refuse a reasoning effort with a 400: https://developers.openai.com/api/docs/guides/reasoning,
 * https://platform.claude.com/docs/en/build-with-claude/effort and https://ai.google.dev/gemini-api/docs/thinking. Ids of gateways
 * have the provider's name in front.
 */
const WITHOUT_EFFORT =
  /^(?:[a-z-]+\/)?(?:gpt-3\.5|gpt-4|chatgpt-|gpt-5-chat|claude-[23]|claude-instant|gemini-(?:1\.|2\.0|pro(?:-vision)?$)|gemma-[1-3])/i;

/** The reasoning effort to send; `null` where none is asked for, or the model does not take one. */
export function effortFor({ effort, model, modelId }: HttpTask): HttpTask['effort'] {
  const takesEffort = model?.reasoningEffort ?? !WITHOUT_EFFORT.test(modelId ?? '');
  return takesEffort ? effort : null;
}

/** Options that the task's model does not take. */
export function ignoredEffort(task: HttpTask): readonly string[] {
  return task.effort !== null && effortFor(task) === null ? ['effort'] : [];
}
