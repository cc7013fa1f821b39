import { fieldOf } from './finding.js';
import type { McpBench } from './mcp-bench.js';

const PROMPT = 'Ask codex to review the last commit.';

/** One turn of Claude Code as its own events tell it, and what our command line says of the run afterwards. */
export async function transcriptOf(bench: McpBench): Promise<string[]> {
  await bench.router('mcp', 'install', bench.host.tool.name);
  bench.provider.begin({ tool: 'ask', input: { agent: 'codex', prompt: PROMPT }, said: PROMPT });
  const turn = await bench.turn(PROMPT, { args: ['--output-format', 'stream-json', '--verbose'] }).end;
  const events = turn.stdout.split('\n').filter((line) => line.startsWith('{'));
  const trace = await bench.router('trace', '--last', '1');
  return [
    `$ claude -p "${PROMPT}"`,
    ...events.flatMap((line) => linesOf(JSON.parse(line))),
    '',
    '$ llm-router trace --last 1',
    ...trace.stdout.trimEnd().split('\n'),
  ].map((line) => line.replaceAll(bench.cwd, '/project'));
}

/** The calls, their results and the last words; the rest of the events is of no interest here. */
function linesOf(event: unknown): string[] {
  const content = fieldOf(fieldOf(event, 'message'), 'content');
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const shown = parts.flatMap((part) => {
    if (fieldOf(part, 'type') === 'tool_use')
      return [`→ ${fieldOf(part, 'name')} ${JSON.stringify(fieldOf(part, 'input'))}`];
    if (fieldOf(part, 'type') !== 'tool_result') return [];
    return textOf(fieldOf(part, 'content'))
      .split('\n')
      .map((line, index) => `${index === 0 ? '←' : ' '} ${line}`.trimEnd());
  });
  const result = fieldOf(event, 'type') === 'result' ? [String(fieldOf(event, 'result'))] : [];
  return [...shown, ...result];
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return content.map((part) => String(fieldOf(part, 'text') ?? fieldOf(part, 'tool_name') ?? '')).join('\n');
}
