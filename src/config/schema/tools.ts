import { FINISH_REASONS } from '../../domain/attempt.js';
import { FAILURES } from '../../domain/failure.js';
import { ACCESS_LEVELS } from '../../domain/request.js';
import { failureRuleSchema, outputSchema } from './output.js';
import { count, duration, fixedKeys, flag, object, oneOf, type Schema, size, text, texts } from './parts.js';

const argumentList = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'string' },
});

const accessArgs = Object.fromEntries(
  ACCESS_LEVELS.map((level) => [level, argumentList(`Arguments of access level \`${level}\``)]),
);

const version = object('How the version of the binary is found', {
  args: argumentList('Arguments that print it [--version]'),
  pattern: text('Regular expression whose first group is the version'),
  minimum: text('The oldest version that works'),
});

const response = object('One answer of a mock tool', {
  text: {
    type: 'string',
    description: 'The answer; `{prompt}`, `{model}` and `{agent}` are filled in',
  },
  deltas: {
    type: 'array',
    description: 'Pieces in which the answer is streamed [in one]',
    items: { type: 'string' },
  },
  delay: duration('Wait before the answer'),
  usage: object('Tokens that the tool reports', {
    input_tokens: count('Input tokens', 0),
    output_tokens: count('Output tokens', 0),
  }),
  finish_reason: oneOf('Why the answer ended [stop]', FINISH_REASONS),
  failure: object(
    'Fails with this instead of answering',
    {
      type: oneOf('Type of the failure', Object.keys(FAILURES)),
      message: text('What the tool says'),
      retry_after: duration('How long the tool asks to wait'),
    },
    ['type'],
  ),
});

/** Keys that every kind of tool has. */
const COMMON: Record<string, Schema> = {
  kind: {
    ...oneOf('`command`: a subprocess; `mock`: answers from this config', ['command', 'mock']),
    default: 'command',
  },
  models: texts('Models that the tool can run; `"*"` passes any id on'),
  billing: {
    ...oneOf(
      'Who pays: `api` per token, `subscription` a flat fee, `free` nobody, `auto` api when its key is set, else subscription',
      ['api', 'subscription', 'free', 'auto'],
    ),
    default: 'auto',
  },
  install_hint: text('What to run when the tool is missing'),
  timeout: { ...duration('Bounds one attempt'), default: '15m' },
};

/** Keys of a command tool alone. */
const COMMAND: Record<string, Schema> = {
  binary: text('A path, or a name that is looked up in PATH'),
  command_template: text(
    'The command line, split like a shell would and then filled; no shell runs. `{name}` is a placeholder, `{{` a brace',
  ),
  args: {
    type: 'array',
    description:
      'The arguments as a list; a nested list is left out when one of its placeholders has no value',
    items: { type: ['string', 'array'], items: { type: 'string' } },
  },
  access_args: object(
    'Arguments that stand for `{access_args}`; a level that is not named is not offered',
    accessArgs,
  ),
  prompt: oneOf(
    'How the prompt goes in [`{prompt}` in the arguments: argument; `{prompt_file}`: file; else stdin]',
    ['stdin', 'file', 'argument'],
  ),
  output: outputSchema,
  failures: {
    type: 'array',
    description: 'How failures are recognised; the first match wins, then the general rules',
    items: failureRuleSchema,
  },
  ok_exit_codes: {
    type: 'array',
    description: 'Exit codes of a success',
    items: { type: 'integer', minimum: 0, maximum: 255 },
    default: [0],
  },
  allow_empty: flag('An empty answer is an answer', false),
  env_vars: {
    type: 'object',
    description:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      'Variables set for the tool; `${VAR}` must be set, `${VAR:-default}` may not be, `$${` is literal',
    additionalProperties: { type: 'string' },
  },
  env_required: texts('Variables without which the tool cannot run'),
  env_unset: texts('Variables taken away from the tool'),
  api_key_env: {
    type: ['string', 'array'],
    description:
      'Variable that holds the API key, or a list; with `billing: auto` one that is set means metered billing',
    minLength: 1,
    items: { type: 'string', minLength: 1 },
  },
  env_inherit: {
    type: ['string', 'array'],
    description: '`all`, or names and globs of the variables that the tool inherits',
    if: { type: 'string' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { enum: ['all'] },
    items: { type: 'string', minLength: 1 },
    default: 'all',
  },
  private_tmp: flag('Gives the tool a TMPDIR of its own', false),
  version,
  idle_timeout: { ...duration('Ends an attempt that prints nothing for so long'), default: '5m' },
  grace: { ...duration('From SIGTERM to SIGKILL'), default: '5s' },
  max_output: { ...size('The most output that is read'), default: '64MiB' },
};

/** Keys of a mock tool alone. */
const MOCK: Record<string, Schema> = {
  responses: {
    type: 'array',
    description: 'Answers given in turn, one per attempt; the last one repeats',
    minItems: 1,
    items: response,
  },
};

/** Keys that only one kind of tool has. */
export const KEYS_OF_KIND: Readonly<Record<'command' | 'mock', readonly string[]>> = {
  command: Object.keys(COMMAND),
  mock: Object.keys(MOCK),
};

/** One entry of `tools`. */
export const toolSchema: Schema = {
  type: ['object', 'null'],
  description:
    'Something that can answer; an entry with the name of a built-in tool changes only what it states',
  ...fixedKeys({ ...COMMON, ...COMMAND, ...MOCK }),
};
