import type { NpmProgram } from './install.js';

/** One of the built-in tools, with all that it takes to run the real program against the loopback provider. */
export interface RealTool {
  /** Name of the built-in definition. */
  name: string;
  program: NpmProgram;
  /** What `--model` gets. */
  model: string;
  /** Variables that send it to the provider; every key is a dummy. */
  env(url: string): Record<string, string>;
  /** Files that it needs in its home, by path below it. */
  homeFiles(url: string): Record<string, string>;
  /** Fields of the built-in definition that have to differ in every run. */
  changes(url: string): Record<string, unknown>;
  /** Those that differ where its calls do not pass through the gateway. */
  directChanges(url: string): Record<string, unknown>;
  /** Whether its calls can pass through the gateway: `always`, if also without a cap. */
  gateway: 'never' | 'under a cap' | 'always';
  /** The tokens of one answer of the provider, in the words of the JSON document. */
  usage: Record<string, number>;
  /** The same as the tool itself reports it. */
  reportedUsage: Record<string, number>;
  /** The definition promises text while it comes. */
  live: boolean;
  /** It takes no `access: full` from root. */
  refusesRoot: boolean;
  /** A slash command of its own in the work folder: its path, and its text around what it shall expand to. */
  folderCommand: { path: string; text: (expansion: string) => string } | null;
}

const ANTHROPIC_USAGE = {
  input_tokens: 12,
  cache_write_tokens: 34,
  cache_read_tokens: 56,
  output_tokens: 78,
};
const OPENAI_USAGE = { input_tokens: 89, cache_read_tokens: 22, output_tokens: 33, reasoning_tokens: 7 };
/** Its events count no reasoning apart. */
const QWEN_USAGE = { input_tokens: 89, cache_read_tokens: 22, output_tokens: 33 };
const GEMINI_USAGE = { input_tokens: 89, cache_read_tokens: 22, output_tokens: 40, reasoning_tokens: 7 };

function markdownCommand(path: string): RealTool['folderCommand'] {
  return { path, text: (expansion) => `---\ndescription: loopback\n---\n${expansion}\n` };
}

const DUMMY_KEY = 'dummy-key-for-loopback';
const claudeCode: RealTool = {
  name: 'claude-code',
  program: {
    name: 'claude-code',
    npmPackage: '@anthropic-ai/claude-code',
    version: '2.1.332',
    binary: 'claude',
  },
  model: 'haiku',
  env: (url) => ({ ANTHROPIC_BASE_URL: `${url}/anthropic`, ANTHROPIC_API_KEY: DUMMY_KEY }),
  homeFiles: () => ({}),
  changes: () => ({}),
  directChanges: () => ({}),
  gateway: 'under a cap',
  usage: ANTHROPIC_USAGE,
  reportedUsage: ANTHROPIC_USAGE,
  live: true,
  refusesRoot: true,
  folderCommand: markdownCommand('.claude/commands/expand-me.md'),
};

/** Without a gateway its provider comes by flags, since the built-in definition reads no user config below `full`. */
const codex: RealTool = {
  name: 'codex',
  program: { name: 'codex', npmPackage: '@openai/codex', version: '0.171.0', binary: 'codex' },
  model: 'gpt-6.1-sol',
  env: () => ({ CODEX_API_KEY: DUMMY_KEY }),
  homeFiles: () => ({}),
  changes: (url) => ({ gateway: { base_url: `${url}/openai/v1` } }),
  directChanges: (url) => {
    const provider = `{name="loopback",base_url="${url}/openai/v1",env_key="CODEX_API_KEY",wire_api="responses"}`;
    const flags = ['-c', 'model_provider="loopback"', '-c', `model_providers.loopback=${provider}`];
    const own = ['--ignore-user-config', '--ignore-rules', ...flags];
    return {
      access_args: {
        read: ['--sandbox', 'read-only', ...own],
        edit: ['--sandbox', 'workspace-write', ...own],
        full: ['--dangerously-bypass-approvals-and-sandbox', ...flags],
      },
    };
  },
  gateway: 'always',
  usage: OPENAI_USAGE,
  reportedUsage: OPENAI_USAGE,
  live: false,
  refusesRoot: false,
  folderCommand: null,
};

const gemini: RealTool = {
  name: 'gemini',
  program: { name: 'gemini', npmPackage: '@google/gemini-cli', version: '0.61.0', binary: 'gemini' },
  model: 'gemini-flash',
  env: (url) => ({ GOOGLE_GEMINI_BASE_URL: `${url}/gemini`, GEMINI_API_KEY: DUMMY_KEY }),
  homeFiles: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false },
    }),
  }),
  changes: () => ({}),
  directChanges: () => ({}),
  gateway: 'always',
  usage: GEMINI_USAGE,
  reportedUsage: GEMINI_USAGE,
  live: false,
  refusesRoot: false,
  folderCommand: {
    path: '.gemini/commands/expand-me.toml',
    text: (expansion) => `prompt = "${expansion}"\n`,
  },
};

const opencode: RealTool = {
  name: 'opencode',
  program: { name: 'opencode', npmPackage: 'opencode-ai', version: '1.18.33', binary: 'opencode' },
  model: 'anthropic/claude-haiku-5-5',
  env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1', ANTHROPIC_API_KEY: DUMMY_KEY }),
  homeFiles: (url) => ({
    '.config/opencode/opencode.json': JSON.stringify({
      provider: {
        anthropic: {
          npm: '@ai-sdk/anthropic',
          options: { baseURL: `${url}/anthropic/v1` },
          // Without its list of models it has none of Anthropic.
          models: { 'claude-haiku-5-5': { name: 'Haiku', limit: { context: 200_000, output: 8000 } } },
        },
      },
    }),
  }),
  changes: (url) => ({ gateway: { base_url: `${url}/anthropic/v1` } }),
  directChanges: () => ({}),
  gateway: 'always',
  usage: ANTHROPIC_USAGE,
  reportedUsage: ANTHROPIC_USAGE,
  live: false,
  refusesRoot: false,
  folderCommand: markdownCommand('.opencode/command/expand-me.md'),
};

const qwenCode: RealTool = {
  name: 'qwen-code',
  program: { name: 'qwen-code', npmPackage: '@qwen-code/qwen-code', version: '0.24.4', binary: 'qwen' },
  model: 'qwen3-coder-plus',
  env: (url) => ({ OPENAI_BASE_URL: `${url}/openai/v1`, OPENAI_API_KEY: DUMMY_KEY }),
  homeFiles: () => ({
    '.qwen/settings.json': JSON.stringify({
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
    }),
  }),
  changes: () => ({}),
  directChanges: () => ({}),
  gateway: 'always',
  usage: OPENAI_USAGE,
  reportedUsage: QWEN_USAGE,
  live: true,
  refusesRoot: false,
  folderCommand: markdownCommand('.qwen/commands/expand-me.md'),
};

const copilot: RealTool = {
  name: 'copilot',
  program: { name: 'copilot', npmPackage: '@github/copilot', version: '1.0.102', binary: 'copilot' },
  model: 'loopback-model',
  env: (url) => ({
    COPILOT_PROVIDER_BASE_URL: `${url}/openai/v1`,
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_API_KEY: DUMMY_KEY,
    COPILOT_MODEL: 'loopback-model',
    COPILOT_OFFLINE: 'true',
  }),
  homeFiles: () => ({}),
  changes: () => ({}),
  directChanges: () => ({}),
  gateway: 'always',
  usage: OPENAI_USAGE,
  reportedUsage: OPENAI_USAGE,
  live: true,
  refusesRoot: false,
  folderCommand: null,
};

const pi: RealTool = {
  name: 'pi',
  program: { name: 'pi', npmPackage: '@earendil-works/pi-coding-agent', version: '1.6.0', binary: 'pi' },
  model: 'loopback/loopback-model',
  env: () => ({}),
  homeFiles: (url) => ({
    '.pi/agent/models.json': JSON.stringify({
      providers: {
        loopback: {
          baseUrl: `${url}/openai/v1`,
          api: 'openai-completions',
          apiKey: DUMMY_KEY,
          models: [{ id: 'loopback-model', contextWindow: 128_000, maxTokens: 8000 }],
        },
      },
    }),
  }),
  changes: () => ({}),
  directChanges: () => ({}),
  gateway: 'never',
  usage: OPENAI_USAGE,
  reportedUsage: OPENAI_USAGE,
  live: true,
  refusesRoot: false,
  folderCommand: null,
};

/** All of them, in the order in which they are run. */
export const REAL_TOOLS: readonly RealTool[] = [claudeCode, codex, gemini, opencode, qwenCode, copilot, pi];
