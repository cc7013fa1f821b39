import type { FinishReason } from '../../domain/attempt.js';
import type { FailureType } from '../../domain/failure.js';
import { ACCESS_LEVELS, type Access } from '../../domain/request.js';
import {
  type ArgvTemplate,
  parseArgument,
  parseArgv,
  placeholdersOf,
  splitCommand,
} from '../../domain/template.js';
import { isTree, record } from '../tree.js';
import type {
  Api,
  CommandTool,
  HttpTool,
  MockResponse,
  MockTool,
  PromptEscape,
  PromptWay,
  ToolBase,
  ToolConfig,
} from '../types.js';
import { resolveFailures, resolveOutput } from './output.js';
import type { Reader } from './reader.js';

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MS = { command: 15 * MINUTE_MS, http: MINUTE_MS, mock: 15 * MINUTE_MS };
const DEFAULT_IDLE_TIMEOUT_MS = { command: 5 * MINUTE_MS, http: MINUTE_MS };
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_GRACE_MS = 5000;
const DEFAULT_QUEUE = 100;
const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024 ** 2;
const DEFAULT_VERSION_PATTERN = '(\\d+\\.\\d+\\.\\d+)';

/** One entry of `tools`. */
export function resolveTool(name: string, tool: Reader, isBuiltIn: boolean): ToolConfig {
  const kind = (tool.text('kind') ?? 'command') as ToolConfig['kind'];
  const base: ToolBase = {
    name,
    at: tool.at,
    builtIn: isBuiltIn,
    models: tool.texts('models') ?? [],
    billing: (tool.text('billing') ?? 'auto') as ToolBase['billing'],
    installHint: tool.text('install_hint'),
    timeoutMs: tool.durationMs('timeout') ?? DEFAULT_TIMEOUT_MS[kind],
    concurrency: tool.placedNumber('concurrency'),
    rateLimit: {
      perMinute: tool.placedNumber('rate_limit.requests_per_minute'),
      perHour: tool.placedNumber('rate_limit.requests_per_hour'),
      queue: tool.number('rate_limit.queue') ?? DEFAULT_QUEUE,
    },
    costCap: tool.text('cost_cap') === 'enforced' ? 'enforced' : 'checked',
  };
  switch (kind) {
    case 'mock':
      return mockTool(base, tool);
    case 'http':
      return httpTool(base, tool);
    case 'command':
      return commandTool(base, tool);
  }
}

function httpTool(base: ToolBase, tool: Reader): HttpTool {
  const extraBody = tool.raw('extra_body');
  return {
    ...base,
    kind: 'http',
    api: tool.text('api') as Api,
    baseUrl: tool.placed('base_url') ?? { value: '', at: base.at },
    apiKeyEnv: valuesOf(tool, 'api_key_env') ?? [],
    headers: record(tool.textMap('headers')),
    extraBody: isTree(extraBody) ? extraBody : {},
    connectTimeoutMs: tool.durationMs('connect_timeout') ?? DEFAULT_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: tool.durationMs('idle_timeout') ?? DEFAULT_IDLE_TIMEOUT_MS.http,
    maxOutputBytes: tool.sizeBytes('max_output') ?? DEFAULT_MAX_OUTPUT_BYTES,
  };
}

function mockTool(base: ToolBase, tool: Reader): MockTool {
  return { ...base, kind: 'mock', responses: tool.items('responses').map(mockResponse) };
}

function mockResponse(response: Reader): MockResponse {
  const type = response.text('failure.type');
  return {
    text: response.text('text') ?? '',
    deltas: response.texts('deltas')?.map((delta) => delta.value) ?? null,
    delayMs: response.durationMs('delay') ?? 0,
    usage: isTree(response.raw('usage'))
      ? {
          inputTokens: response.number('usage.input_tokens'),
          outputTokens: response.number('usage.output_tokens'),
        }
      : null,
    finishReason: (response.text('finish_reason') ?? 'stop') as FinishReason,
    failure:
      type === null
        ? null
        : {
            type: type as FailureType,
            message: response.text('failure.message') ?? `the mock fails with \`${type}\``,
            retryAfterMs: response.durationMs('failure.retry_after'),
          },
  };
}

function commandTool(base: ToolBase, tool: Reader): CommandTool {
  const argv = argvOf(tool);
  const envTemplate = envTemplateOf(tool);
  const output = resolveOutput(tool);
  return {
    ...base,
    kind: 'command',
    binary: binaryOf(tool),
    argv,
    accessArgs: accessArgsOf(tool),
    prompt: (tool.text('prompt') as PromptWay | null) ?? promptWay(argv, envTemplate),
    promptEscapes: tool.items('prompt_escapes').map(promptEscape),
    output,
    failures: resolveFailures(tool),
    okExitCodes: tool.numbers('ok_exit_codes') ?? [0],
    allowEmpty: tool.flag('allow_empty') ?? false,
    envVars: record(tool.textMap('env_vars')),
    envTemplate,
    envRequired: tool.texts('env_required') ?? [],
    envUnset: valuesOf(tool, 'env_unset') ?? [],
    apiKeyEnv: valuesOf(tool, 'api_key_env') ?? [],
    envInherit: tool.text('env_inherit') === 'all' ? 'all' : (valuesOf(tool, 'env_inherit') ?? 'all'),
    privateTmp: tool.flag('private_tmp') ?? false,
    privateFiles: record(tool.textMap('private_files').map(([file, { value }]) => [file, value] as const)),
    version: versionOf(tool),
    loginCheck: loginCheckOf(tool),
    idleTimeoutMs:
      tool.durationMs('idle_timeout') ?? (output.atExit ? null : DEFAULT_IDLE_TIMEOUT_MS.command),
    graceMs: tool.durationMs('grace') ?? DEFAULT_GRACE_MS,
    maxOutputBytes: tool.sizeBytes('max_output') ?? DEFAULT_MAX_OUTPUT_BYTES,
    leaveRunning: valuesOf(tool, 'leave_running') ?? [],
  };
}

/** A name is looked up in PATH; only what holds a slash is a path. */
function binaryOf(tool: Reader): CommandTool['binary'] {
  const written = tool.placed('binary') ?? { value: tool.path.at(-1)?.toString() ?? '', at: null };
  return /[/\\]/.test(written.value) ? (tool.file('binary') ?? written) : written;
}

function argvOf(tool: Reader): ArgvTemplate {
  const command = tool.text('command_template');
  if (command === null) return parseArgv((tool.raw('args') ?? []) as (string | string[])[]);
  const words = splitCommand(command);
  return words.ok ? parseArgv(words.value) : [];
}

function accessArgsOf(tool: Reader): CommandTool['accessArgs'] {
  if (!isTree(tool.raw('access_args'))) return null;
  const levels = ACCESS_LEVELS.flatMap((level): [Access, string[]][] => {
    const args = valuesOf(tool, `access_args.${level}`);
    return args === null ? [] : [[level, args]];
  });
  return Object.fromEntries(levels);
}

function envTemplateOf(tool: Reader): CommandTool['envTemplate'] {
  return record(
    tool.textMap('env_template').map(([name, { value }]) => [name, parseArgument(value)] as const),
  );
}

function promptWay(argv: ArgvTemplate, envTemplate: CommandTool['envTemplate']): PromptWay {
  const used = placeholdersOf([...argv, { group: Object.values(envTemplate) }]);
  if (used.includes('prompt')) return 'argument';
  return used.includes('prompt_file') ? 'file' : 'stdin';
}

function versionOf(tool: Reader): CommandTool['version'] {
  if (!isTree(tool.raw('version'))) return null;
  return {
    args: valuesOf(tool, 'version.args') ?? ['--version'],
    pattern: tool.text('version.pattern') ?? DEFAULT_VERSION_PATTERN,
    minimum: tool.text('version.minimum'),
  };
}

function loginCheckOf(tool: Reader): CommandTool['loginCheck'] {
  if (!isTree(tool.raw('login_check'))) return null;
  return {
    args: valuesOf(tool, 'login_check.args') ?? [],
    exitCode: tool.number('login_check.exit_code') ?? 0,
    hint: tool.text('login_check.hint'),
  };
}

function promptEscape(entry: Reader): PromptEscape {
  return { pattern: entry.text('pattern') ?? '', replace: entry.text('replace') ?? '' };
}

function valuesOf(tool: Reader, key: string): string[] | null {
  return tool.texts(key)?.map((text) => text.value) ?? null;
}
