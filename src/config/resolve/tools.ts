import { type ArgvTemplate, parseArgv, placeholdersOf, splitCommand } from '../../domain/template.js';
import { COMMAND } from '../keys/command-tools.js';
import { CUSTOM } from '../keys/custom-tools.js';
import { HTTP } from '../keys/http-tools.js';
import { MOCK } from '../keys/mock-tools.js';
import type { OUTPUT } from '../keys/output.js';
import { type Resolved, readKeys } from '../keys/resolved.js';
import { kindOfTool } from '../keys/tools.js';
import { type Merged, unchangedEntry } from '../layers.js';
import { at, record } from '../tree.js';
import type { CommandTool, OutputGrammar, PromptWay, ToolConfig } from '../types.js';
import type { Written } from '../written.js';

/** Built-in tools in order of preference; others follow, `mock` is last. */
const TOOL_ORDER = [
  ...['claude-code', 'codex', 'gemini', 'opencode', 'qwen-code', 'copilot', 'pi', 'ollama'],
  ...['anthropic', 'openai', 'gemini-api', 'openrouter'],
];

/** All tools in order of preference. */
export function resolveTools(
  merged: Merged,
  entries: readonly [name: string, tool: Written][],
): Record<string, ToolConfig> {
  const builtIn = merged.layers.filter((layer) => layer.name === 'built-in');
  const isBuiltIn = (name: string) => builtIn.some((layer) => at(layer.value, ['tools', name]) !== undefined);
  const tools = entries.map(
    ([name, tool]) => unchangedEntry(merged, 'tools', name) ?? resolveTool(name, tool, isBuiltIn(name)),
  );
  return record(tools.sort((a, b) => rank(a) - rank(b)).map((tool) => [tool.name, tool]));
}

/** The user's own tools in the order in which they are written, then the built-in ones. */
function rank(tool: ToolConfig): number {
  if (!tool.builtIn) return -1;
  if (tool.kind === 'mock') return TOOL_ORDER.length + 1;
  const index = TOOL_ORDER.indexOf(tool.name);
  return index === -1 ? TOOL_ORDER.length : index;
}

function resolveTool(name: string, tool: Written, builtIn: boolean): ToolConfig {
  const entry = { name, at: tool.keyAt(), builtIn };
  const kind = kindOfTool(tool.child('kind').value);
  switch (kind) {
    case 'mock':
      return { ...entry, kind, costCap: 'checked', ...readKeys(MOCK, tool) };
    case 'custom':
      return { ...entry, kind, costCap: 'checked', ...readKeys(CUSTOM, tool) };
    case 'http':
      return { ...entry, kind, costCap: 'checked', ...readKeys(HTTP, tool) };
    case 'command':
      return commandTool(entry, tool);
  }
}

function commandTool(entry: Pick<CommandTool, 'name' | 'at' | 'builtIn'>, tool: Written): CommandTool {
  const keys = readKeys(COMMAND, tool);
  const argv = argvOf(tool);
  return {
    ...entry,
    ...keys,
    kind: 'command',
    binary: keys.binary ?? { value: entry.name, at: null },
    argv,
    prompt: keys.prompt ?? promptWay(argv, keys.envTemplate),
    output: grammarOf(keys.output),
  };
}

function argvOf(tool: Written): ArgvTemplate {
  const command = tool.child('command_template').value;
  if (typeof command !== 'string') return parseArgv(COMMAND.args.definition.read(tool.child('args')) ?? []);
  const words = splitCommand(command);
  return words.ok ? parseArgv(words.value) : [];
}

function promptWay(argv: ArgvTemplate, envTemplate: CommandTool['envTemplate']): PromptWay {
  const used = placeholdersOf([...argv, { group: Object.values(envTemplate) }]);
  if (used.includes('prompt')) return 'argument';
  return used.includes('prompt_file') ? 'file' : 'stdin';
}

function grammarOf({ finishReason, ...keys }: Resolved<typeof OUTPUT>): OutputGrammar {
  return { ...keys, finishReason: finishReason.select, finishReasonMap: finishReason.map };
}
