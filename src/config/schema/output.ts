import { FINISH_REASONS } from '../../domain/attempt.js';
import { FAILURES } from '../../domain/failure.js';
import { fixedKeys, flag, object, oneOf, type Schema, text } from './parts.js';

const SOURCES = ['stdout', 'stderr', 'output_file', 'usage_file'];

const filter = (description: string): Schema => ({ description, $ref: '#/$defs/filter' });

const SELECTOR_KEYS: Record<string, Schema> = {
  pointer: { type: 'string', description: 'JSON pointer; `*` stands for every key or element' },
  keys: { type: 'string', description: 'JSON pointer to an object whose keys are the values' },
  regex: text('Regular expression on text'),
  group: text('The group of `regex` that is the value [the first, else the whole match]'),
  from: oneOf('Where to look [stdout]', SOURCES),
  event: filter('Only events at whose pointers these values stand; `/regex/` matches'),
  after: filter('Only what follows the last event at whose pointers these values stand'),
  take: oneOf('Which value, or what of all values [last]', ['first', 'last', 'sum', 'concat', 'max']),
};

/** Shapes that many keys share. */
export const outputDefs: Record<string, Schema> = {
  filter: {
    type: 'object',
    description: 'JSON pointers and the values that must stand there; `/regex/` matches',
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  },
  selector: {
    type: ['string', 'object'],
    description: 'A JSON pointer, or a map that says how to find a value',
    ...fixedKeys(SELECTOR_KEYS),
  },
  selectors: {
    type: ['string', 'object', 'array'],
    description: 'A selector, or a list of them: their sum for numbers, the first present for text',
    ...fixedKeys(SELECTOR_KEYS),
    items: { $ref: '#/$defs/selector' },
  },
  time: {
    type: ['string', 'object'],
    description:
      'A regular expression with the group `time` (and `zone`) on the error message or standard error, or a selector; a text that starts with `/` is a JSON pointer',
    minLength: 1,
    examples: ['resets (?<time>.+)'],
    ...fixedKeys(SELECTOR_KEYS),
  },
};

const selector = (description: string): Schema => ({ description, $ref: '#/$defs/selectors' });

const usage = object('Where token counts stand', {
  input_tokens: selector('Input tokens'),
  cache_read_tokens: selector('Input tokens read from a cache'),
  cache_write_tokens: selector('Input tokens written to a cache'),
  cache_write_1h_tokens: selector('Input tokens written to a cache that lives one hour'),
  output_tokens: selector('Output tokens'),
  reasoning_tokens: selector('Reasoning tokens'),
  input_includes_cache: flag('Input tokens count cached ones too', false),
  output_includes_reasoning: flag('Output tokens count reasoning too', false),
  cumulative: oneOf('`session`: counts and cost of a resumed session are its totals; the difference counts', [
    'session',
  ]),
});

const finishReason: Schema = {
  type: ['string', 'object', 'array'],
  description: 'Why the answer ended: a selector, or `{ select, map }`',
  ...fixedKeys({
    ...SELECTOR_KEYS,
    select: selector('The selector, when `map` is given'),
    map: {
      type: 'object',
      description: "The tool's own words to the normal ones",
      additionalProperties: { type: 'string', enum: FINISH_REASONS },
    },
  }),
  items: { $ref: '#/$defs/selector' },
};

/** `output` of a command tool. */
export const outputSchema: Schema = object("How the tool's output is read", {
  format: {
    ...oneOf('`text`, `json` (one value) or `ndjson` (events, one a line)', ['text', 'json', 'ndjson']),
    default: 'text',
  },
  from: { ...oneOf('Where the output stands', SOURCES), default: 'stdout' },
  text: selector('The answer'),
  deltas: selector('Live text, on events'),
  activity: selector('Events that show the tool at work'),
  changed_files: selector('Files that the tool changes, on events: a failure names them'),
  success: filter('What a finished answer must show'),
  end: filter('The event without which the stream counts as cut off'),
  usage,
  cost_usd: selector("The tool's own cost figure in USD"),
  tool_session_id: selector("The tool's session"),
  response_model: selector('The model that answered'),
  finish_reason: finishReason,
  data: selector("The answer's structured value"),
  error: object('Where errors stand; what failure rules match', {
    message: selector('Message of the error'),
    status: selector('HTTP status of the error'),
    code: selector('Code of the error'),
  }),
  at_exit: flag('The tool prints only when done: no idle clock', false),
});

const oneOrMore = (description: string, item: Schema): Schema => ({
  type: [item.type as string, 'array'],
  description,
  items: item,
});

const time = (description: string): Schema => ({ description, $ref: '#/$defs/time' });

/** One entry of `failures`. */
export const failureRuleSchema: Schema = object(
  'Recognises a failure',
  {
    type: oneOf('Type of the failure', Object.keys(FAILURES)),
    when: object('What must hold, all of it', {
      exit_code: oneOrMore('Exit code, or a list of them', { type: 'integer' }),
      signal: text('Name of the signal that ended the tool'),
      status: oneOrMore('HTTP status, or a list of them', { type: 'integer' }),
      code: oneOrMore('Code of the error, or a list of them', { type: 'string' }),
      error: text('Regular expression on the error message'),
      stderr: text('Regular expression on standard error'),
      pointer: filter('Values that stand at these pointers'),
    }),
    reset_at: time('When the limit resets'),
    retry_after: time('How long to wait before another try'),
    cools: { ...oneOf('What is left alone until then', ['model', 'tool']), default: 'model' },
    hint: text('What to do about it; shown with the failure'),
  },
  ['type', 'when'],
);
