import type { Task } from '../../../src/adapters/adapter.js';
import { AS_WRITTEN } from '../../../src/config/keys/selectors.js';
import type { CommandTool, OutputGrammar, Selector } from '../../../src/config/types.js';
import { parseArgv } from '../../../src/domain/template.js';

/** A pointer selector into stdout that takes the last value, with changes. */
export function at(pointer: string, more: Partial<Extract<Selector, { kind: 'pointer' }>> = {}): Selector {
  return {
    kind: 'pointer',
    pointer,
    from: 'stdout',
    event: null,
    after: null,
    take: 'last',
    numbers: AS_WRITTEN,
    ...more,
  };
}

const NO_COUNTS: OutputGrammar['usageSoFar'] = {
  inputTokens: [],
  cacheReadTokens: [],
  cacheWriteTokens: [],
  cacheWrite1hTokens: [],
  outputTokens: [],
  reasoningTokens: [],
  inputIncludesCache: false,
  outputIncludesReasoning: true,
};

/** A grammar for plain text, with changes. */
export function grammarOf(more: Partial<OutputGrammar> = {}): OutputGrammar {
  return {
    format: 'text',
    from: 'stdout',
    text: [],
    deltas: [],
    activity: [],
    changedFiles: [],
    restart: null,
    noActivity: [],
    waiting: [],
    success: null,
    end: null,
    cut: null,
    cutAnswers: null,
    session: null,
    usage: { ...NO_COUNTS, cumulative: false },
    usageSoFar: NO_COUNTS,
    costUsd: [],
    toolSessionId: [],
    responseModel: [],
    finishReason: [],
    finishReasonMap: {},
    data: [],
    error: { message: [], status: [], code: [] },
    atExit: false,
    ...more,
  };
}

/** A tool with its prompt on stdin and a plain text answer, with changes. */
export function toolOf(args: Parameters<typeof parseArgv>[0], more: Partial<CommandTool> = {}): CommandTool {
  return {
    kind: 'command',
    costCap: 'checked',
    concurrency: null,
    rateLimit: { perMinute: null, perHour: null, queue: 100 },
    name: 'bot',
    at: null,
    builtIn: false,
    models: [],
    billing: 'auto',
    installHint: 'npm install -g bot',
    retry: {},
    timeoutMs: 20_000,
    binary: { value: 'bot', at: null },
    argv: parseArgv(args),
    accessArgs: null,
    prompt: 'stdin',
    promptEscapes: [],
    output: grammarOf(),
    failures: [],
    okExitCodes: [0],
    allowEmpty: false,
    envVars: {},
    envTemplate: {},
    envRequired: [],
    envUnset: [],
    apiKeyEnv: [],
    envInherit: 'all',
    privateTmp: false,
    privateFiles: {},
    version: null,
    platforms: { linux: null, macos: null, windows: null },
    loginCheck: null,
    idleTimeoutMs: null,
    graceMs: 200,
    maxOutputBytes: 64 * 1024 * 1024,
    gateway: null,
    ownRetries: false,
    leaveRunning: [],
    ...more,
  };
}

/** A task for a tool with the prompt `hello` and nothing else. */
export function taskOf(tool: CommandTool, more: Partial<Task<CommandTool>> = {}): Task<CommandTool> {
  return {
    tool,
    origin: 'command_line',
    modelName: null,
    modelId: null,
    model: null,
    agent: null,
    prompt: 'hello',
    promptFile: null,
    system: null,
    turns: [],
    access: 'read',
    effort: null,
    maxTokens: null,
    temperature: null,
    stop: [],
    maxCostMicroUsd: null,
    schema: null,
    isShown: false,
    toolSessionId: null,
    session: null,
    sourceAgent: null,
    cwd: '/',
    binaryPath: '/bin/bot',
    timeoutMs: 20_000,
    idleTimeoutMs: null,
    ids: {
      invocationId: `01INVOCATION-${process.pid}`,
      rootId: '01ROOT',
      traceId: 'a'.repeat(32),
      depth: 0,
    },
    sessionTotals: null,
    usesGateway: false,
    ...more,
  };
}
