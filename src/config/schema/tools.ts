import { FINISH_REASONS } from '../../domain/attempt.js';
import { FAILURES } from '../../domain/failure.js';
import { ACCESS_LEVELS } from '../../domain/request.js';
import { failureRuleSchema, outputSchema } from './output.js';
import {
  APIS,
  count,
  duration,
  fixedKeys,
  flag,
  HEADER_NAME,
  NAME,
  object,
  oneOf,
  type Schema,
  size,
  text,
  texts,
} from './parts.js';

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

const loginCheck = object(
  'How the tool is asked, without cost, whether somebody is logged in; used by `doctor`',
  {
    args: argumentList('Arguments that ask it'),
    exit_code: { ...count('Exit code that means yes', 0), maximum: 255, default: 0 },
    hint: text('What to do when nobody is'),
  },
  ['args'],
);

const promptEscape = object(
  'A replacement in the prompt',
  {
    pattern: text('Regular expression of JavaScript, with the flags `g` and `u`'),
    replace: {
      type: 'string',
      description: 'What stands there instead; `$&` is what was found, `$1` a group',
    },
  },
  ['pattern', 'replace'],
);

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

const rateLimit = object('How often the tool may be asked, over all processes', {
  requests_per_minute: count('Requests in a minute [unlimited]'),
  requests_per_hour: count('Requests in an hour [unlimited]'),
  queue: { ...count('How many may wait for their turn, also for that of `concurrency`', 0), default: 100 },
});

/** Keys that every kind of tool has. */
const COMMON: Record<string, Schema> = {
  kind: {
    ...oneOf('`command`: a subprocess; `http`: a provider API; `mock`: answers from this config', [
      'command',
      'http',
      'mock',
    ]),
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
  timeout: { ...duration('Bounds one attempt [an HTTP tool: 60s]'), default: '15m' },
  concurrency: count('Runs at once, over all processes [unlimited]'),
  rate_limit: rateLimit,
};

/** Keys of a command tool alone. */
const COMMAND: Record<string, Schema> = {
  binary: text('A path, or a name that is looked up in PATH'),
  platforms: object('Paths of the binary where it is not in PATH, by system', {
    linux: text('On Linux, WSL2 included'),
    macos: text('On macOS'),
    windows: text('On Windows; in WSL2 translated, when `linux` leads nowhere'),
  }),
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
  prompt_escapes: {
    type: 'array',
    description:
      'Replacements made in order before the prompt is passed on, for words that the tool would expand: `@file`, `/command`',
    items: promptEscape,
  },
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
  env_template: {
    type: 'object',
    description:
      'Variables whose text holds placeholders of the arguments; one with a missing value is left out. They win over `env_vars`',
    additionalProperties: { type: 'string' },
  },
  env_required: texts('Variables without which the tool cannot run'),
  env_unset: texts('Variables taken away from the tool'),
  api_key_env: {
    type: ['string', 'array'],
    description:
      'Variable that holds the API key, or a list, of which the first that is set counts; an HTTP tool sends it. With `billing: auto` one that is set means metered billing, with `billing: subscription` a command tool does not inherit it',
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
  private_files: {
    type: 'object',
    description:
      'Files by name, and their text; written for each run into a folder that only the user can read, and whose path is `{private_dir}`',
    propertyNames: { pattern: NAME },
    additionalProperties: { type: 'string' },
  },
  version,
  login_check: loginCheck,
  idle_timeout: {
    ...duration('Ends an attempt that shows nothing for so long [an HTTP tool: 60s]'),
    default: '5m',
  },
  grace: { ...duration('From SIGTERM to SIGKILL'), default: '5s' },
  max_output: {
    ...size('The most output that is read; of an HTTP tool, the most text of an answer'),
    default: '64MiB',
  },
  cost_cap: {
    ...oneOf('`enforced`: the tool holds `{max_cost_usd}` itself; `checked`: the router watches it', [
      'enforced',
      'checked',
    ]),
    default: 'checked',
  },
  leave_running: { ...texts('Names of processes that the tool may leave behind'), default: [] },
};

/** Keys of an HTTP tool alone. */
const HTTP: Record<string, Schema> = {
  api: oneOf('The protocol that the provider speaks', APIS),
  base_url: text(
    'Where the API is, up to `/chat/completions` or `/messages`; may hold variables, as in `env_vars`',
  ),
  headers: {
    type: 'object',
    description: 'More headers of every request; values may hold variables, as in `env_vars`',
    propertyNames: { pattern: HEADER_NAME },
    additionalProperties: { type: 'string' },
  },
  extra_body: {
    type: 'object',
    description: 'More keys of the body of every request; they win over those of the router',
  },
  connect_timeout: { ...duration('Bounds the connection until it is ready to send'), default: '10s' },
  models_ttl: { ...duration("How long the provider's list of models is kept"), default: '5m' },
};

/** Keys that a command tool and an HTTP tool have. */
const SHARED = ['api_key_env', 'idle_timeout', 'max_output'];

/** Keys of a mock tool alone. */
const MOCK: Record<string, Schema> = {
  responses: {
    type: 'array',
    description: 'Answers given in turn, one per attempt; the last one repeats',
    minItems: 1,
    items: response,
  },
};

/** The kinds of tools. */
export type ToolKind = 'command' | 'http' | 'mock';

/** Keys that not every kind of tool has. */
export const KEYS_OF_KIND: Readonly<Record<ToolKind, readonly string[]>> = {
  command: Object.keys(COMMAND),
  http: [...Object.keys(HTTP), ...SHARED],
  mock: Object.keys(MOCK),
};

/** One entry of `tools`. */
export const toolSchema: Schema = {
  type: ['object', 'null'],
  description:
    'Something that can answer; an entry with the name of a built-in tool changes only what it states',
  ...fixedKeys({ ...COMMON, ...COMMAND, ...HTTP, ...MOCK }),
};
