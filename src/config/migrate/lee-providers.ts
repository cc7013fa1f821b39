import { child, entriesOf, type Path, type Tree } from '../tree.js';
import {
  anyValue,
  compact,
  durationOf,
  isSeconds,
  isText,
  isTextList,
  isVariables,
  leftOver,
  type Note,
  type Noted,
  overruled,
  type Taken,
  textOf,
  textsOf,
} from './draft.js';
import { convertVariables, variableName } from './variables.js';

/** An old provider: the name of its tool now, and the tool's entry; `null` where a built-in tool does the work. */
export interface ProviderTool {
  name: string;
  tool: Tree | null;
}

interface CliType {
  builtIn: string | null;
  command: string;
  modelFlag: string | null;
  outputFlag: string | null;
  promptFlag: string | null;
}

const codex: CliType = {
  builtIn: 'codex',
  command: 'codex',
  modelFlag: '--model',
  outputFlag: '--output-last-message',
  promptFlag: null,
};
const gemini: CliType = {
  builtIn: 'gemini',
  command: 'gemini',
  modelFlag: null,
  outputFlag: null,
  promptFlag: '-p',
};
const claude: CliType = { ...gemini, builtIn: 'claude-code', command: 'claude' };

/** Types that run a program, with the arguments that they had by default. */
const CLI_TYPES: Readonly<Record<string, CliType>> = {
  codex_cli: codex,
  gemini_cli: gemini,
  gemini,
  claude_code_cli: claude,
  claude_code: claude,
  claude,
};
const HTTP_TYPES = ['openrouter_http', 'openai_http', 'opencode_subscription_http'];
const SUBSCRIPTION_TYPES = [
  'openai_codex_subscription_http',
  'openai_codex_http',
  'chatgpt_subscription_http',
];

/** What is to be converted: an entry of `providers`, and the models that roles ask of it. */
export interface OldProvider {
  name: string;
  entry: Tree;
  models: readonly string[];
}

/** Converts one provider; comments go to the tool, or to the head of the file where a built-in tool takes its place. */
export function convertProvider(old: OldProvider, builtIns: readonly string[]): Noted<ProviderTool> {
  const type = String(child(old.entry, 'type') ?? '');
  const cli = Object.hasOwn(CLI_TYPES, type) ? CLI_TYPES[type] : undefined;
  if (SUBSCRIPTION_TYPES.includes(type)) return subscription(old);
  if (cli !== undefined) return commandLine(old, cli, builtIns);
  if (type === 'mock') return mock(old.name === 'mock' ? old : renamed(old, '-mock', builtIns));
  if (HTTP_TYPES.includes(type))
    return http(renamed(old, '-http', builtIns), `${variableName(old.name)}_API_KEY`);
  return type === 'omp_cli'
    ? omp(renamed(old, '-cli', builtIns))
    : unknownType(renamed(old, '-old', builtIns), type);
}

/** An entry with the name of a built-in tool would change that tool instead of being one. */
function renamed(old: OldProvider, suffix: string, builtIns: readonly string[]): OldProvider {
  return builtIns.includes(old.name) ? { ...old, name: `${old.name}${suffix}` } : old;
}

function mock({ name, entry, models }: OldProvider): Noted<ProviderTool> {
  const path = ['tools', name];
  const raised = ['timeout', 'rate_limit', 'contract_violation'].find(
    (type) => child(entry, `raise_${type}`) === true,
  );
  const text = textOf(child(entry, 'response_text')) ?? 'mock response for role={agent}';
  const response = raised === undefined ? { text } : { failure: { type: raised } };
  const isNotRaised = (type: string) => (value: unknown) => value === false || raised === type;
  const taken: Taken = {
    type: isText,
    ...(raised === undefined ? { response_text: isText } : {}),
    raise_timeout: isNotRaised('timeout'),
    raise_rate_limit: isNotRaised('rate_limit'),
    raise_contract_violation: isNotRaised('contract_violation'),
  };
  return {
    value: { name, tool: compact({ kind: 'mock', models, billing: 'free', responses: [response] }) },
    notes: leftOver(entry, taken, path),
  };
}

function http({ name, entry, models }: OldProvider, ownKey: string): Noted<ProviderTool> {
  const path = ['tools', name];
  const { authorization, others } = splitHeaders(child(entry, 'headers'));
  const headers = convertVariables(others, path);
  const literal = textOf(child(entry, 'api_key'));
  const fallback = literal === undefined ? 'OPENROUTER_API_KEY' : ownKey;
  const keyName = textOf(child(entry, 'api_key_env')) ?? fallback;
  const notes: Note[] = [
    ...headers.notes,
    ...(literal === undefined
      ? []
      : [{ path, text: `the key itself was not taken over: set the variable ${keyName}` }]),
    ...(authorization
      ? [{ path, text: `the header Authorization is made from the variable ${keyName}` }]
      : []),
    ...leftOver(entry, HTTP, path),
  ];
  const tool = compact({
    kind: 'http',
    api: 'openai-chat',
    base_url: textOf(child(entry, 'base_url')) ?? 'https://openrouter.ai/api/v1',
    api_key_env: keyName,
    headers: headers.value,
    models,
    timeout: durationOf(child(entry, 'timeout')),
  });
  return { value: { name, tool }, notes };
}

const HTTP: Taken = {
  type: isText,
  base_url: isText,
  api_key_env: isText,
  api_key: isText,
  headers: isVariables,
  timeout: isSeconds,
};

function splitHeaders(headers: unknown): { authorization: boolean; others: Tree } {
  const entries = entriesOf(headers);
  const others = entries.filter(([key]) => !/^(authorization|x-api-key)$/i.test(key));
  return { authorization: others.length < entries.length, others: Object.fromEntries(others) };
}

function subscription({ name, entry }: OldProvider): Noted<ProviderTool> {
  const text = `provider \`${name}\` used a ChatGPT login over HTTP; the built-in tool \`codex\` does that with \`codex login\``;
  const notes = [{ path: [], text }, ...leftOver(entry, { type: isText }, [], `providers.${name}.`)];
  return { value: { name: 'codex', tool: null }, notes };
}

function omp(old: OldProvider): Noted<ProviderTool> {
  const { name, entry } = old;
  const path = ['tools', name];
  const binary = textOf(child(entry, 'command')) ?? 'omp';
  const args = ['-p', ['--model', '{model}']];
  return {
    value: {
      name,
      tool: compact({
        binary,
        args,
        output: { format: 'text' },
        models: old.models,
        timeout: durationOf(child(entry, 'timeout')),
      }),
    },
    notes: leftOver(entry, { type: isText, command: isText, timeout: isSeconds }, path),
  };
}

/** A provider that changed nothing is the built-in tool of that program, which also reads its cost and failures. */
function commandLine(old: OldProvider, cli: CliType, builtIns: readonly string[]): Noted<ProviderTool> {
  const { entry } = old;
  const isPlain = Object.keys(entry).every((key) => ['type', 'timeout', 'command'].includes(key));
  const command = textOf(child(entry, 'command')) ?? cli.command;
  if (cli.builtIn !== null && isPlain && command === cli.command) {
    const text = `provider \`${old.name}\` is the built-in tool \`${cli.builtIn}\` now, which also reads tokens, cost and failures`;
    const timeout = durationOf(child(entry, 'timeout'));
    const tool = timeout === undefined ? null : { timeout };
    const lost = leftOver(
      { ...entry, command: null },
      { type: isText, timeout: isSeconds },
      [],
      `providers.${old.name}.`,
    );
    return { value: { name: cli.builtIn, tool }, notes: [{ path: [], text }, ...lost] };
  }
  return customCommand(renamed(old, '-cli', builtIns), cli, command);
}

function customCommand(old: OldProvider, cli: CliType, command: string): Noted<ProviderTool> {
  const { name, entry } = old;
  const path: Path = ['tools', name];
  const flag = (key: string, fallback: string | null): string | null => {
    const written = child(entry, key);
    return written === undefined ? fallback : (textOf(written) ?? null);
  };
  const modelFlag = flag('model_flag', cli.modelFlag);
  const outputFlag = flag('output_flag', cli.outputFlag);
  const promptFlag = flag('prompt_flag', cli.promptFlag);
  const writesFile = outputFlag === '--output-last-message';
  const args = [
    ...textsOf(child(entry, 'args')).map((word) => word.replace(/[{}]/g, '$&$&')),
    ...(modelFlag === null ? [] : [[modelFlag, '{model}']]),
    ...(outputFlag === null ? [] : [outputFlag, ...(writesFile ? ['{output_file}'] : [])]),
    ...(promptFlag === null ? [] : [promptFlag]),
    '{prompt}',
  ];
  const variables = convertVariables(child(entry, 'env') ?? child(entry, 'env_vars'), path);
  const tool = compact({
    binary: command,
    args,
    output: outputOf(entry, writesFile),
    models: old.models,
    env_vars: variables.value,
    timeout: durationOf(child(entry, 'timeout')),
  });
  const note = `\`${outputFlag} FILE\` takes a file: the answer is read from it`;
  return {
    value: { name, tool },
    notes: [
      ...variables.notes,
      ...(writesFile ? [{ path, text: note }] : []),
      ...overruled(
        ['env', 'env_vars'].map((key) => ({ key, value: child(entry, key) })),
        path,
      ),
      ...leftOver(entry, cliTaken(entry), path),
    ],
  };
}

/** Without a JSON answer there is no field of it. */
function cliTaken(entry: Tree): Taken {
  const isJson = child(entry, 'response_format') === 'json';
  return {
    type: isText,
    command: isText,
    args: isTextList,
    model_flag: anyValue,
    output_flag: anyValue,
    prompt_flag: anyValue,
    response_format: (value) => value === 'json' || value === 'text',
    ...(isJson ? { text_field: isText } : {}),
    env: isVariables,
    env_vars: isVariables,
    timeout: isSeconds,
  };
}

function outputOf(entry: Tree, writesFile: boolean): Tree {
  const from = writesFile ? { from: 'output_file' } : {};
  if (child(entry, 'response_format') !== 'json') return { format: 'text', ...from };
  const field = textOf(child(entry, 'text_field'));
  return {
    format: 'json',
    ...from,
    text: field === undefined ? ['/output_text', '/text'] : `/${field.replaceAll('.', '/')}`,
    usage: {
      input_tokens: ['/usage/input_tokens', '/usage/prompt_tokens'],
      output_tokens: ['/usage/output_tokens', '/usage/completion_tokens'],
    },
    response_model: '/model',
  };
}

/** A tool that always fails with a message, so that its agents use their fallbacks. */
function unknownType({ name, entry, models }: OldProvider, type: string): Noted<ProviderTool> {
  const path = ['tools', name];
  const hint = `write this tool anew: its type \`${type}\` is not known`;
  return {
    value: {
      name,
      tool: { binary: 'unknown-provider', args: [], ...compact({ models, install_hint: hint }) },
    },
    notes: [{ path, text: hint }, ...leftOver(entry, { type: isText }, path)],
  };
}
