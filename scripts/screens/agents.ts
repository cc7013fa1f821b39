import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installProgram } from '../../test/docs/guide.js';
import type { Rig } from '../../test/rig/rig.js';

const ANSWER = [
  'Two problems in `src/reader.ts`:',
  '',
  '1. Line 12: the loop never ends. `read` returns null at the end of the',
  '   file; stop there.',
  '2. The file is not closed when `read` throws. Use `finally`.',
].join('\n');

/** Lines of `claude -p --output-format stream-json`, with the fields that are read. */
function step(name: string): object {
  const message = { model: 'claude-sonnet', content: [{ type: 'tool_use', name, input: {} }] };
  return { type: 'assistant', parent_tool_use_id: null, message };
}

/** The events of a call to the provider. */
function call(inputTokens: number, outputTokens: number): object[] {
  const usage = { input_tokens: inputTokens, output_tokens: 1 };
  const events = [
    { type: 'message_start', message: { usage } },
    { type: 'message_delta', usage: { output_tokens: outputTokens } },
  ];
  return events.map((event) => ({ type: 'stream_event', event, parent_tool_use_id: null }));
}

const RESULT = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  num_turns: 4,
  session_id: 's-1',
  result: ANSWER,
  total_cost_usd: 0.0413,
  modelUsage: {
    sonnet: { inputTokens: 9200, outputTokens: 910, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 },
  },
};

/** Puts `claude` into PATH: it answers at once, works for two seconds, or has reached its limit. */
export function installClaude(rig: Rig, how: 'answers' | 'works' | 'limit'): void {
  if (how === 'limit') {
    installProgram(rig, 'claude', 'limit');
    return;
  }
  const pause = how === 'works' ? 1 : 0.2;
  const work = [call(2900, 60), step('Grep'), call(3100, 90), step('Read'), call(3200, 110), step('Read')];
  install(rig, 'claude', [...work.flatMap((act, index) => (index % 2 === 0 ? act : [act, pause])), RESULT]);
}

/** Puts `codex` into PATH. */
export function installCodex(rig: Rig): void {
  install(rig, 'codex', [
    { type: 'thread.started', thread_id: '0199a213-81c0-7800-8aa1-bbab2a035a53' },
    { type: 'turn.started' },
    0.6,
    { type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text: ANSWER } },
    { type: 'turn.completed', usage: { input_tokens: 9100, cached_input_tokens: 0, output_tokens: 640 } },
  ]);
}

/** A program that prints lines of JSON, and waits for so many seconds where a number stands. */
function install(rig: Rig, name: string, acts: readonly (object | number | undefined)[]): void {
  const lines = acts.map((act) =>
    typeof act === 'number' ? `/bin/sleep ${act}` : `cat <<'END'\n${JSON.stringify(act)}\nEND`,
  );
  const file = path.join(rig.bin, name);
  rmSync(file, { force: true });
  writeFileSync(
    file,
    `#!/bin/sh\n[ "$1" = --version ] && echo 2.1.0 && exit\ncat > /dev/null\n${lines.join('\n')}\n`,
  );
  chmodSync(file, 0o755);
}
