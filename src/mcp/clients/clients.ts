import path from 'node:path';
import { type ClientPlace, type McpClient, SERVER_NAME, type ServerCommand } from './client.js';
import { jsonFormat } from './json-entry.js';
import { tomlFormat } from './toml-entry.js';

const plainEntry = ([command, ...args]: ServerCommand) => ({ command, args });

/** `mcp add` of Gemini CLI and of Qwen Code, which began as a copy of it. */
const addAsGemini = (command: ServerCommand) => ['mcp', 'add', '--scope', 'user', SERVER_NAME, ...command];

/** Every client that can be set up, each as observed of the version in `scripts/real-tools/`. A new one is an entry here. */
export const MCP_CLIENTS: readonly McpClient[] = [
  {
    name: 'claude-code',
    binary: 'claude',
    files: ({ env, home }) => [path.join(env.CLAUDE_CONFIG_DIR || home, '.claude.json')],
    format: jsonFormat(['mcpServers'], (command) => ({ type: 'stdio', ...plainEntry(command) })),
    add: (command) => ['mcp', 'add', '--scope', 'user', SERVER_NAME, '--', ...command],
    remove: ['mcp', 'remove', '--scope', 'user', SERVER_NAME],
  },
  {
    name: 'codex',
    binary: 'codex',
    files: ({ env, home }) => [path.join(env.CODEX_HOME || path.join(home, '.codex'), 'config.toml')],
    format: tomlFormat('mcp_servers'),
    add: (command) => ['mcp', 'add', SERVER_NAME, '--', ...command],
    remove: ['mcp', 'remove', SERVER_NAME],
  },
  {
    name: 'gemini',
    binary: 'gemini',
    files: ({ home }) => [path.join(home, '.gemini', 'settings.json')],
    format: jsonFormat(['mcpServers'], plainEntry),
    add: addAsGemini,
    remove: ['mcp', 'remove', '--scope', 'user', SERVER_NAME],
  },
  {
    name: 'opencode',
    binary: 'opencode',
    // Its own `mcp add` may write into the project, and it has no command to remove.
    files: (place) =>
      ['opencode.json', 'opencode.jsonc'].map((file) => path.join(xdgConfig(place), 'opencode', file)),
    format: jsonFormat(['mcp'], (command) => ({ type: 'local', command: [...command] }), ['mcp', 'servers']),
    add: null,
    remove: null,
  },
  {
    name: 'qwen-code',
    binary: 'qwen',
    files: ({ home }) => [path.join(home, '.qwen', 'settings.json')],
    format: jsonFormat(['mcpServers'], plainEntry),
    add: addAsGemini,
    remove: ['mcp', 'remove', '--scope', 'user', SERVER_NAME],
  },
  {
    name: 'copilot',
    binary: 'copilot',
    files: ({ env, home }) => [path.join(env.COPILOT_HOME || path.join(home, '.copilot'), 'mcp-config.json')],
    format: jsonFormat(['mcpServers'], (command) => ({
      type: 'local',
      ...plainEntry(command),
      tools: ['*'],
    })),
    add: (command) => ['mcp', 'add', SERVER_NAME, '--', ...command],
    remove: ['mcp', 'remove', SERVER_NAME],
  },
  {
    name: 'vscode',
    binary: null,
    files: (place) => [path.join(applicationFolder(place), 'Code', 'User', 'mcp.json')],
    format: jsonFormat(['servers'], (command) => ({ type: 'stdio', ...plainEntry(command) })),
    add: null,
    remove: null,
  },
  {
    name: 'cursor',
    binary: null,
    files: ({ home }) => [path.join(home, '.cursor', 'mcp.json')],
    format: jsonFormat(['mcpServers'], plainEntry),
    add: null,
    remove: null,
  },
];

function xdgConfig({ env, home }: ClientPlace): string {
  const named = env.XDG_CONFIG_HOME ?? '';
  return path.isAbsolute(named) ? named : path.join(home, '.config');
}

/** Where programs with windows keep what belongs to a user. */
function applicationFolder(place: ClientPlace): string {
  if (place.platform === 'darwin') return path.join(place.home, 'Library', 'Application Support');
  if (place.platform === 'win32') return place.env.APPDATA || path.join(place.home, 'AppData', 'Roaming');
  return xdgConfig(place);
}
