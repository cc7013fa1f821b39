import { REAL_TOOLS, type RealTool } from './tools.js';

/** A real program that starts our MCP server, and how its model may call the tools of it without a person. */
export interface McpHost {
  /** Its name in `mcp install`, too. */
  tool: RealTool;
  /** Arguments of one turn without a person. */
  argv(prompt: string, url: string): string[];
  /** What makes it give up on a call after this many seconds. */
  limit(seconds: number): HostLimit;
}

/** Where a client takes its limit of calls from. */
export interface HostLimit {
  env?: Record<string, string>;
  args?: string[];
  /** A number of our entry in its config, which is JSON: the keys that lead to the entry, its field and the value. */
  entry?: { file: string; keys: string[]; field: string; value: number };
}

/** The variable or field that is in milliseconds in most clients. */
const ms = (seconds: number): number => seconds * 1000;

const argvOf: Record<string, Omit<McpHost, 'tool'>> = {
  'claude-code': {
    argv: (prompt) => ['--model', 'haiku', '--allowedTools', 'mcp__llm-router', '-p', prompt],
    limit: (seconds) => ({ env: { MCP_TOOL_TIMEOUT: String(ms(seconds)) } }),
  },
  codex: {
    argv: (prompt, url) => [
      ...['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', 'gpt-6.1-sol'],
      ...['-c', 'model_provider="loopback"', '-c'],
      `model_providers.loopback={name="loopback",base_url="${url}/openai/v1",env_key="CODEX_API_KEY",wire_api="responses"}`,
      prompt,
    ],
    limit: (seconds) => ({ args: ['-c', `mcp_servers.llm-router.tool_timeout_sec=${seconds}`] }),
  },
  gemini: {
    argv: (prompt) => ['-m', 'gemini-flash', '--approval-mode', 'yolo', '--skip-trust', '-p', prompt],
    limit: (seconds) => ({
      entry: {
        file: '.gemini/settings.json',
        keys: ['mcpServers', 'llm-router'],
        field: 'timeout',
        value: ms(seconds),
      },
    }),
  },
  opencode: {
    argv: (prompt) => ['run', '-m', 'anthropic/claude-haiku-5-5', '--title', 'loopback', prompt],
    limit: (seconds) => ({
      entry: {
        file: '.config/opencode/opencode.json',
        keys: ['mcp', 'llm-router'],
        field: 'timeout',
        value: ms(seconds),
      },
    }),
  },
  'qwen-code': {
    argv: (prompt) => [
      ...['--auth-type', 'openai', '-m', 'qwen3-coder-plus', '--approval-mode', 'yolo'],
      ...['-p', prompt],
    ],
    limit: (seconds) => ({
      entry: {
        file: '.qwen/settings.json',
        keys: ['mcpServers', 'llm-router'],
        field: 'timeout',
        value: ms(seconds),
      },
    }),
  },
  copilot: {
    argv: (prompt) => ['--no-color', '--no-auto-update', '--allow-all-tools', '-p', prompt],
    limit: (seconds) => ({
      entry: {
        file: '.copilot/mcp-config.json',
        keys: ['mcpServers', 'llm-router'],
        field: 'timeout',
        value: ms(seconds),
      },
    }),
  },
};

/** All of them, in the order in which they are tried. */
export const MCP_HOSTS: readonly McpHost[] = REAL_TOOLS.flatMap((tool) => {
  const host = argvOf[tool.name];
  return host === undefined ? [] : [{ tool, ...host }];
});
