import { ACCESS_LEVELS } from '../../domain/request.js';
import { parseArgument, splitCommand } from '../../domain/template.js';
import { at } from '../tree.js';
import { argumentList } from './argument-template.js';
import { parseReferences } from './checks.js';
import { apiKeyEnv, COMMON, idleTimeout, maxOutput } from './common-tools.js';
import { anyWord, byName, entries, list, map, NAME, texts } from './containers.js';
import { failureRule } from './failures.js';
import { GATEWAY } from './gateway.js';
import { Key } from './key.js';
import { anyText, count, duration, flag, integer, oneOf, program, regex, text } from './kinds.js';
import { OUTPUT } from './output.js';

const argumentsOf = (description: string) => list(description, anyWord()).runs();

/** As it is written: the command line may be written in another form. */
const argumentsAsWritten = argumentList(
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
  'The arguments as a list, with `{name}` and `${NAME}`; a nested list is left out when one of its placeholders or variables has no value',
);

const envInherit = new Key<'all' | readonly string[]>(
  {
    schema: {
      type: ['string', 'array'],
      description: '`all`, or names and globs of the variables that the tool inherits',
      if: { type: 'string' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { enum: ['all'] },
      items: { type: 'string', minLength: 1 },
    },
    read: ({ value }) => (Array.isArray(value) ? value : 'all'),
    empty: () => 'all',
  },
  '',
);

const version = map('How the version of the binary is found', {
  args: argumentsOf('Arguments that print it').default(['--version']),
  pattern: regex('Regular expression whose first group is the version').default('(\\d+\\.\\d+\\.\\d+)'),
  minimum: text('The oldest version that works'),
});

const loginCheck = map('How the tool is asked, without cost, whether a login is there; used by `doctor`', {
  args: argumentsOf('Arguments that ask it').required(),
  exit_code: count('Exit code that means yes', { min: 0, max: 255 }).default(0),
  hint: text('What to do without a login'),
});

const promptEscape = map('A replacement in the prompt', {
  pattern: regex('Regular expression of JavaScript, with the flags `g` and `u`', { flags: 'gu' }).required(),
  replace: anyText('What stands there instead; `$&` is what was found, `$1` a group').required(),
});

/** Keys of a tool of kind `command`. */
export const COMMAND = {
  ...COMMON,
  binary: program('A path, or a name that is looked up in PATH').placed().soughtAs('command', 'cmd', 'path'),
  platforms: map('Paths of the binary where it is not in PATH, by system', {
    linux: program('On Linux, WSL2 included'),
    macos: program('On macOS'),
    windows: text('On Windows; in WSL2 translated, when `linux` leads nowhere').runs(),
  }),
  command_template: text(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
    'The command line, split like a shell would and then filled; no shell runs. `{name}` is a placeholder, `${NAME}` a variable, `{{` a brace',
  )
    .checked(splitCommand)
    .notResolved()
    .runs()
    .soughtAs('command', 'cmd', 'template'),
  args: argumentsAsWritten.notResolved().runs(),
  access_args: byName(
    'Arguments that stand for `{access_args}`; a level that is not named is not offered',
    ACCESS_LEVELS,
    (level) => argumentsOf(`Arguments of access level \`${level}\``),
  ).orNull(),
  prompt: oneOf(
    'How the prompt goes in [`{prompt}` in the arguments: argument; `{prompt_file}`: file; else stdin]',
    ['stdin', 'file', 'argument'],
  ),
  prompt_escapes: list(
    'Replacements made in order before the prompt is passed on, for words that the tool would expand: `@file`, `/command`',
    promptEscape,
  ),
  output: map("How the tool's output is read", OUTPUT),
  failures: list('How failures are recognised; the first match wins, then the general rules', failureRule),
  ok_exit_codes: list('Exit codes of a success', integer({ min: 0, max: 255 })).default([0]),
  allow_empty: flag('An empty answer is an answer').default(false),
  env_vars: entries(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
    'Variables set for the tool; `${VAR}` must be set, `${VAR:-default}` may not be, `$${` is literal',
    anyWord().checked(parseReferences),
  )
    .placed()
    .runs()
    .soughtAs('env', 'environment'),
  env_template: entries(
    'Variables whose text holds placeholders of the arguments; one with a missing value is left out. They win over `env_vars`',
    anyWord().as((template) => parseArgument(template ?? '')),
  ).runs(),
  env_required: texts('Variables without which the tool cannot run').placed(),
  env_unset: texts('Variables taken away from the tool').runs().floor('union'),
  api_key_env: apiKeyEnv,
  env_inherit: envInherit.default('all').sends().floor('intersection'),
  private_tmp: flag('Gives the tool a TMPDIR of its own').default(false).floor('most'),
  private_files: entries(
    'Files by name, and their text; written for each run into a folder that only the user can read, and whose path is `{private_dir}`',
    anyWord(),
    NAME,
  ).runs(),
  cost_cap: oneOf('`enforced`: the tool holds `{max_cost_usd}` itself; `checked`: the router watches it', [
    'enforced',
    'checked',
  ])
    .default('checked')
    .floor('own'),
  gateway: map(
    'How the calls of the tool to its provider pass through the router, while it runs',
    GATEWAY,
  ).orNull(),
  own_retries: flag("The tool's own retries of calls to its provider cannot be switched off").default(false),
  leave_running: texts('Names of processes that the tool may leave behind').default([]),
  version: version.orNull(),
  login_check: loginCheck.orNull(),
  timeout: COMMON.timeout.default('15m'),
  idle_timeout: idleTimeout.default('5m', (tool) => at(tool, ['output', 'at_exit']) === true),
  grace: duration('From SIGTERM to SIGKILL').default('5s'),
  max_output: maxOutput,
};
