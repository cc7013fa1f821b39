import { failure } from '../../domain/failure.js';
import { EFFORTS } from '../../domain/request.js';
import type { Misfit } from '../../shapes/misfit.js';

/** Whether a value of a parameter asks for nothing, such as the default that a client sends. */
type AsksNothing = (value: unknown) => boolean;

const none: AsksNothing = (value) => Array.isArray(value) && value.length === 0;
const isOff: AsksNothing = (value) => value === false;
const any: AsksNothing = () => true;
const oneOf =
  (...values: readonly unknown[]): AsksNothing =>
  (value) =>
    values.includes(value);

/** Parameters that are read. */
const READ: readonly string[] = [
  ...['model', 'messages', 'temperature', 'max_tokens', 'max_completion_tokens', 'stop', 'stream'],
  ...['stream_options', 'reasoning_effort', 'response_format', 'user', 'metadata', 'a2a_context'],
];

/** Those that are not, with the values under which that makes no difference to the answer. */
const NOT_READ: Readonly<Record<string, AsksNothing>> = {
  tools: none,
  functions: none,
  tool_choice: oneOf('none', 'auto'),
  function_call: oneOf('none', 'auto'),
  parallel_tool_calls: any,
  n: oneOf(1),
  top_p: oneOf(1),
  presence_penalty: oneOf(0),
  frequency_penalty: oneOf(0),
  logprobs: isOff,
  top_logprobs: oneOf(0),
  logit_bias: (value) => typeof value === 'object' && Object.keys(Object(value)).length === 0,
  modalities: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  service_tier: oneOf('auto', 'default'),
  verbosity: oneOf('medium'),
  // For OpenAI's own records, caches and safety: nothing in the answer depends on them.
  store: any,
  safety_identifier: any,
  prompt_cache_key: any,
  prompt_cache_retention: any,
};

const NOT_SUPPORTED = 'nothing is left out silently: leave it out, or set it for the agent in the config';

/** The first parameter of a body that cannot be followed; `null`: all can. */
export function unsupported(body: object): Misfit | null {
  for (const [name, value] of Object.entries(body)) {
    if (READ.includes(name)) continue;
    const asksNothing = Object.hasOwn(NOT_READ, name) ? NOT_READ[name] : undefined;
    if (asksNothing?.(value) !== true) return refusal(name, hintOf(name));
  }
  const { reasoning_effort: effort, ...limits } = body as { reasoning_effort?: string } & Limits;
  if (effort !== undefined && !EFFORTS.some((one) => one === effort))
    return refusal('reasoning_effort', `it can be ${EFFORTS.map((one) => `\`${one}\``).join(', ')}`);
  return limitTrouble(limits);
}

interface Limits {
  max_tokens?: number;
  max_completion_tokens?: number;
}

/** `max_completion_tokens` is the newer name of the same limit. */
function limitTrouble({ max_tokens: old, max_completion_tokens: limit }: Limits): Misfit | null {
  if (old === undefined || limit === undefined || old === limit) return null;
  const message = '`max_tokens` and `max_completion_tokens` are two limits of the same';
  return { param: 'max_tokens', failure: failure('usage', message, { hint: 'leave one out' }) };
}

/** What a message can hold besides its text, and would be left out. */
const BESIDES_TEXT: readonly string[] = ['tool_calls', 'function_call', 'audio'];

/** The first thing of a message that no tool of the router gets; `null`: there is none. */
export function unsupportedInMessage(message: object, place: string): Misfit | null {
  const given = Object.entries(message).find(
    ([name, value]) => BESIDES_TEXT.includes(name) && value !== null && !none(value),
  );
  return given === undefined ? null : refusal(`${place}.${given[0]}`, hintOf('tools'));
}

function hintOf(name: string): string {
  return name === 'tools' || name === 'functions'
    ? 'the tools of the router call their own functions; leave it out'
    : NOT_SUPPORTED;
}

function refusal(name: string, hint: string): Misfit {
  const shown = name.slice(0, 60);
  return { param: shown, failure: failure('usage', `\`${shown}\` is not supported`, { hint }) };
}
