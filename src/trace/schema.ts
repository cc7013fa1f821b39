import { FINISH_REASONS } from '../domain/attempt.js';
import { RECOVERIES } from '../domain/changes.js';
import { BILLINGS, COST_BASES } from '../domain/cost.js';
import { DOCUMENT_VERSION } from '../domain/document.js';
import { FAILURES } from '../domain/failure.js';
import { ID_PATTERN } from '../domain/id.js';
import { INVOCATION_STATUSES } from '../domain/invocation.js';
import { ACCESS_LEVELS, COMPLEXITIES, EFFORTS, TIERS } from '../domain/request.js';
import { TOKEN_COUNTERS } from '../domain/usage.js';
import { RACE_SCHEMA } from './race-schema.js';
import {
  amount,
  count,
  list,
  maybe,
  oneOf,
  record,
  reference,
  type Schema,
  text,
  time,
  withOptional,
} from './schema-parts.js';

const candidate = {
  tool: text('The tool'),
  model: maybe(text('Name in the catalogue')),
  because: list(
    'Why it was chosen',
    record('One reason', {
      rule: text('The rule that applied'),
      detail: text('In words'),
      at: maybe(text('The deciding line of the config, `file:line:column`')),
    }),
  ),
};

const rejected = {
  tool: maybe(text('The tool; `null`: no tool offers the model')),
  model: maybe(text('Name in the catalogue')),
  reason: reference('failure_type', 'Why it was rejected'),
  detail: text('In words'),
  hint: maybe(text('Suggested fix')),
  at: maybe(text('The deciding line of the config')),
  reset_at: maybe(time('When it may run again')),
  phase: oneOf('When it was rejected', ['plan', 'admit']),
};

const call = {
  model: maybe(text('The id that the call named')),
  status: maybe({ type: 'integer', description: 'The HTTP status that the tool got' }),
  usage: maybe(reference('usage', 'Tokens')),
  cost: maybe(reference('cost', 'Its cost')),
  first_output_ms: maybe(count('Time from its start to the first sign of an answer')),
  latency_ms: maybe(count('Duration; `null`: its router was killed during it')),
  failure: maybe(reference('failure', 'Why it failed')),
};

const attempt = {
  n: { type: 'integer', minimum: 1, description: 'Number, from 1' },
  tool: text('The tool'),
  model: maybe(text('Name in the catalogue')),
  status: oneOf('Status', ['running', 'succeeded', 'failed', 'cancelled']),
  started_at: time('UTC'),
  latency_ms: maybe(count('Duration; `null` while it runs')),
  first_output_ms: maybe(count('Time from its start to the first output')),
  exit_code: maybe({ type: 'integer', description: 'Exit code of the tool' }),
  request_id: maybe(text("The provider's own name of the call")),
  usage: maybe(reference('usage', 'Tokens')),
  cost: maybe(reference('cost', 'Its cost')),
  failure: maybe(reference('failure', 'Why it failed')),
  partial_text: maybe(text('Text that a failed attempt had given; only with `log_prompts`')),
  calls: maybe(
    list(
      'Calls of the tool to its provider, in the order in which they ended; `null`: they did not pass through the router',
      record('One call', call),
    ),
  ),
  changes: maybe(
    record('What it changed in a Git work tree; `null`: there was no snapshot to compare with', {
      root: text('The top folder of the work tree'),
      before: text('The commit that keeps the files as they were'),
      after: text('The commit that keeps the files as the attempt left them'),
      count: count('How many files'),
      lines_added: maybe(count('Lines added in all')),
      lines_removed: maybe(count('Lines removed in all')),
      recovery: maybe(oneOf('What became of the changes of a failed attempt', RECOVERIES)),
      not_kept: list(
        'What else it changed, which no commit keeps: submodules, other repositories, `HEAD`',
        text('One of them'),
      ),
      other_runs: list(
        'Ids of other runs that worked in the same files meanwhile: some of the changes may be theirs',
        text('An id'),
      ),
      files: list(
        'The files, at most 500 of them',
        record('One file', {
          path: text('Relative to `root`'),
          status: oneOf('What happened to it', ['added', 'removed', 'changed']),
          lines_added: maybe(count('Lines added; `null`: not counted, or no text')),
          lines_removed: maybe(count('Lines removed')),
        }),
      ),
    }),
  ),
  no_snapshot: maybe(text('Why there was no snapshot, although the tool might change files')),
  continues: maybe(count('The attempt whose session it continued after the reset of a limit')),
  argv: maybe(
    list('The command line, with `{prompt}` and `{system}` for those texts; `null`: no command was started', {
      type: 'string',
    }),
  ),
};

const request = {
  prompt: maybe(text('Only with `log_prompts`')),
  prompt_sha256: text('SHA-256 of the prompt, hexadecimal'),
  prompt_chars: count('Length in UTF-16 units'),
  prompt_bytes: count('Length in bytes of UTF-8'),
  prompt_file: maybe(text('The file that is the whole prompt')),
  system: maybe(text('Only with `log_prompts`')),
  system_sha256: maybe(text('SHA-256 of the system prompt that came with the request')),
  system_chars: maybe(count('Its length')),
  task: maybe(text('`--task`')),
  tier: maybe(oneOf('`--tier`', TIERS)),
  complexity: maybe(oneOf('`--complexity`', COMPLEXITIES)),
  tool: maybe(text('`--tool`')),
  model: maybe(text('`--model`')),
  policy: maybe(text('`--policy`')),
  access: maybe(oneOf('`--access`', ACCESS_LEVELS)),
  effort: maybe(oneOf('`--effort`', EFFORTS)),
  max_tokens: maybe(count('`--max-tokens`')),
  temperature: maybe(amount('`--temperature`')),
  max_cost_usd: maybe(amount('`--max-cost`')),
  fallback: maybe({ type: 'boolean', description: '`--fallback`, `--no-fallback`' }),
  retries: maybe(count('`--retries`')),
  patience_ms: count('`--patience`'),
  schema_sha256: maybe(text('SHA-256 of the schema of the answer')),
  cwd: text('Working directory of the tool'),
  isolation: maybe(
    record(
      "The work tree of its own, which is gone once the run has ended; `null`: it worked in the user's files",
      {
        cwd: text("The user's working directory"),
        keeps_branch: { type: 'boolean', description: '`--keep`' },
        race_id: maybe(text('The race of which it is a candidate')),
      },
    ),
  ),
  timeout_ms: maybe(count('`--timeout`')),
  source_agent: maybe(text('`--source-agent`')),
  tags: { type: 'object', additionalProperties: { type: 'string' }, description: '`--tag`' },
  origin: record('Where the run was started', {
    cwd: text('Working directory of the router'),
    config: list('Configs given by path; empty: discovered ones', { type: 'string' }),
  }),
};

const document = {
  version: { const: DOCUMENT_VERSION, description: 'Version of this format' },
  id: { type: 'string', pattern: ID_PATTERN, description: 'The invocation, a ULID' },
  trace_id: text('The trace it belongs to'),
  parent_id: maybe(text('The invocation whose tool made this call')),
  session: maybe(text('`--session`')),
  status: oneOf('Status; `running` with a dead process means interrupted', INVOCATION_STATUSES),
  started_at: time('UTC'),
  agent: maybe(text('The agent of the request')),
  source_agent: maybe(text('`--source-agent`')),
  tool: maybe(text('The tool that answered, or was tried last')),
  model: maybe(text('Name in the catalogue')),
  response_model: maybe(text('The model that the provider named')),
  text: maybe(text('The answer; only with `log_prompts`')),
  data: { description: 'The answer as a value; only with `log_prompts`' },
  finish_reason: maybe(oneOf('Why the answer ended', FINISH_REASONS)),
  tool_session_id: maybe(text("The tool's own session")),
  usage: maybe(reference('usage', 'Tokens of all attempts')),
  cost: maybe(reference('cost', 'Cost of all attempts')),
  nested: maybe(
    record('The runs nested in it; `null`: there were none, or nothing limits them', {
      calls: count('How many'),
      refused: count('Those of them that ended over budget, or were too many'),
      spent_usd: maybe(amount('What counts of them; `null` without a cap')),
      cap_usd: maybe(amount('The most that they and this run may spend together; `null`: no cap')),
    }),
  ),
  allowance: maybe(
    record(
      'What a run went on by while the database of its shared ledger could not be reached; `null`: it was counted there',
      {
        policy: text('The policy whose `fail_open` allows it'),
        up_to_usd: amount('What runs of this machine may spend so in all'),
        reason: text('Why the database could not be reached'),
      },
    ),
  ),
  latency_ms: maybe(count('Duration; `null` while it runs')),
  plan: record('The plan', {
    candidates: list('Candidates, in order', record('One candidate', candidate)),
    rejected: list('Rejected pairs', record('One rejected pair', rejected)),
    ignored: list(
      'Options that a tool does not support',
      record('One of them', { option: text('The option'), tool: text('The tool'), detail: text('In words') }),
    ),
    policy: text('The policy that applied'),
    access: oneOf('Access level of the tool', ACCESS_LEVELS),
    estimated_input_tokens: count('An estimate'),
  }),
  attempts: list('Attempts, in order', record('One attempt of a candidate', attempt)),
  warnings: list('Warnings', { type: 'string' }),
  failure: maybe(reference('failure', 'Why it failed')),
  events: list('Events between the attempts, as in `exec --format ndjson`', {
    type: 'object',
    description: 'One event; its other fields depend on its type',
    properties: {
      type: text('Its name'),
      ts: time('UTC'),
      attempt: maybe(count('The attempt it belongs to')),
    },
    required: ['type', 'ts', 'attempt'],
  }),
  text_chars: maybe(count('Length of the answer')),
  text_sha256: maybe(text('SHA-256 of the answer')),
  root_id: text('The first invocation of the family'),
  depth: count('Number of outer calls'),
  resumed_from: maybe(text('The invocation whose session it continued')),
  session_totals: maybe(
    record("What the tool's own session has used so far", {
      usage: maybe(reference('usage', 'Tokens')),
      cost_usd: maybe(amount('USD')),
    }),
  ),
  request: record('The request', request),
  versions: record('The programs', {
    router: text('llm-router'),
    node: text('Node'),
    platform: text('System'),
  }),
  router: record('The process that ran it', {
    pid: count('Its id'),
    host: text('Its machine'),
    boot_id: maybe(text("The machine's boot, on Linux")),
    pid_namespace: maybe(text('The PID namespace (container) in which `pid` counts, on Linux')),
    start_ticks: maybe(count('Its start, in ticks since the boot, on Linux')),
  }),
};

const usage = record('Tokens; `null` is not reported', {
  ...Object.fromEntries(Object.values(TOKEN_COUNTERS).map(({ name, about }) => [name, maybe(count(about))])),
  total_tokens: count('Input, cache and output together'),
});

const cost = record('USD', {
  usd: maybe(amount('The charge; with basis `unknown` the known part')),
  list_usd: maybe(amount('The list price')),
  basis: oneOf('Source of the cost', COST_BASES),
  billing: oneOf('How the tool is billed', BILLINGS),
});

const failure = record('Why something failed', {
  type: reference('failure_type', 'Type of the failure'),
  phase: maybe(text('Time limit, stage or signal')),
  message: text('One sentence'),
  hint: maybe(text('Suggested fix')),
  tool: maybe(text('The tool')),
  model: maybe(text('The model')),
  retry_after_ms: maybe(count('Wait before another attempt')),
  reset_at: maybe(time('When the limit resets')),
  http_status: maybe({ type: 'integer', description: 'HTTP status' }),
  exit_code: maybe({ type: 'integer', description: 'Exit code of the tool' }),
  stderr_tail: maybe(text("The end of the tool's standard error, secrets and prompt left out")),
});

/** The format of a trace file: JSON Schema 2020-12. A new field is a new minor version; a changed one raises `version`. */
export const TRACE_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `urn:llm-router:schema:trace:${DOCUMENT_VERSION}`,
  title: 'llm-router trace',
  ...withOptional(record('The record of one invocation', document), { race: RACE_SCHEMA }),
  $defs: { usage, cost, failure, failure_type: { type: 'string', enum: Object.keys(FAILURES) } },
};
